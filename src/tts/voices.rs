//! The voices and the words that the configuration names.

use std::{fs, path::Path, sync::Arc};

use super::{Espeak, Piper, PiperParts, SpeechError, Voice};
use crate::{
    config::{SpeechConfig, VoiceKind},
    spoken::Lexicons,
};

/// The voices in the order in which they are tried.
pub(super) fn configured(config: &SpeechConfig) -> Vec<Arc<dyn Voice>> {
    let mut voices: Vec<Arc<dyn Voice>> = Vec::new();
    for kind in &config.voices {
        match kind {
            VoiceKind::Piper => {
                let parts = PiperParts {
                    espeak: &config.espeak_program,
                    runtime: &config.onnxruntime,
                    installed: &config.voices_directory,
                };
                for (name, voice) in &config.piper {
                    voices.push(Arc::new(Piper::new(name, voice, parts)));
                }
            }
            VoiceKind::Espeak => {
                let words = config.espeak_words_per_minute;
                voices.push(Arc::new(Espeak::new(config.espeak_program.clone(), words)));
            }
        }
    }
    voices
}

/// Reads the lexicon file; none if the path is empty.
pub(super) fn lexicons(path: &Path) -> Result<Lexicons, SpeechError> {
    if path.as_os_str().is_empty() {
        return Ok(Lexicons::default());
    }
    let wrong =
        |why: String| SpeechError::Setting { key: "lexicon", why: format!("{}: {why}", path.display()) };
    let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let tables = toml::from_str(&text).map_err(|error| {
        wrong(format!("{error}\nwrite a table for each language, with lines such as \"PBX\" = \"P B X\""))
    })?;
    Lexicons::new(tables).map_err(wrong)
}
