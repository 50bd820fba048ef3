//! Piper voices: neural models in ONNX Runtime, on this machine.
//!
//! A text is cut into clauses, `espeak-ng` gives their phonemes, the model gives the sound. A voice that cannot
//! be loaded says so each time it is asked, and the next voice speaks.

mod clauses;
mod engine;
mod foreseen;
mod gate;
mod glides;
mod ids;
mod model;
mod phonemes;
mod runtime;
mod session;
mod teens;
mod warm;

use std::path::Path;

use futures_util::future::BoxFuture;

pub(super) use self::runtime::try_out;
use self::{
    engine::{Engine, Setup},
    foreseen::Foreseen,
    model::Model,
    phonemes::Phonemes,
};
use super::{Audio, Voice, VoiceError, espeak, parts::parts};
use crate::config::PiperConfig;

/// A Piper voice.
pub struct Piper {
    name: String,
    language: String,
    /// Its description, or why there is none that can be used.
    model: Result<Model, VoiceError>,
    key: String,
    phonemes: Phonemes,
    foreseen: Foreseen,
    engine: Engine,
}

/// The programs and libraries that Piper voices stand on.
#[derive(Clone, Copy, Debug)]
pub struct PiperParts<'a> {
    /// The `espeak-ng` program.
    pub espeak: &'a Path,
    /// ONNX Runtime's library; empty to look for it.
    pub runtime: &'a Path,
    /// The folder where `stasisd voice install` puts it.
    pub installed: &'a Path,
}

impl Piper {
    /// A voice as configured. Returns at once: the model is loaded on a thread of the voice's own, and that
    /// something is wrong shows when it is asked to speak.
    #[must_use]
    pub fn new(name: &str, config: &PiperConfig, parts: PiperParts<'_>) -> Self {
        let model = Model::read(config);
        let espeak_voice = model.as_ref().map_or("", |model| &model.espeak_voice);
        let phonemes = Phonemes::new(parts.espeak, espeak_voice);
        let about = model.as_ref().map(|model| (model.fingerprint.as_str(), model.scales, model.speaker));
        let key = format!("piper 3 {about:?} {}", espeak::fingerprint(&parts.espeak.to_owned()));
        let setup = Setup {
            name: name.to_owned(),
            model: model.clone(),
            threads: config.threads,
            runtime: parts.runtime.to_owned(),
            installed: parts.installed.to_owned(),
        };
        let language = tag(&config.language);
        let (foreseen, engine) = (Foreseen::default(), Engine::start(setup));
        Self { name: name.to_owned(), language, model, key, phonemes, foreseen, engine }
    }

    /// What the model is to speak, clause by clause.
    async fn runs(&self, text: &str, model: &Model) -> Result<Vec<Vec<i64>>, VoiceError> {
        let sentences = self.phonemes.of(text).await?;
        Ok(sentences.iter().flat_map(|sentence| ids::runs(sentence, &model.ids)).collect())
    }

    /// The language that the model's own description names, such as `en`.
    pub(super) fn own_language(&self) -> Option<&str> {
        self.model.as_ref().ok()?.language.as_deref()
    }
}

impl Voice for Piper {
    fn name(&self) -> &str {
        &self.name
    }

    /// Its own language; a voice of a whole language (`en`) speaks each variant, and one of a variant (`en-gb`)
    /// the whole language.
    fn speaks(&self, lang: &str) -> bool {
        let lang = tag(lang);
        let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_owned();
        lang == self.language || lang == primary(&self.language) || primary(&lang) == self.language
    }

    fn key(&self, _lang: &str) -> String {
        self.key.clone()
    }

    fn parts(&self, text: &str) -> Vec<String> {
        parts(text)
    }

    /// Its phonemes, for which nobody need wait at the model.
    fn foresee<'a>(&'a self, text: &'a str, _lang: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let Ok(model) = &self.model else { return };
            // Whoever asks for the text is told what is wrong.
            if let Ok(runs) = self.runs(text, model).await {
                self.foreseen.put(text, runs);
            }
        })
    }

    fn render<'a>(&'a self, text: &'a str, _lang: &'a str) -> BoxFuture<'a, Result<Audio, VoiceError>> {
        Box::pin(async move {
            self.engine.usable()?;
            let model = self.model.as_ref().map_err(Clone::clone)?;
            let runs = match self.foreseen.take(text) {
                Some(runs) => runs,
                None => self.runs(text, model).await?,
            };
            if runs.is_empty() {
                return Err(VoiceError::Silent);
            }
            let samples = self.engine.speak(runs).await?;
            Ok(Audio { rate: model.rate, samples })
        })
    }
}

fn tag(lang: &str) -> String {
    lang.to_ascii_lowercase().replace('_', "-")
}
