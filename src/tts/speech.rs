//! The service: text in, something that Asterisk can play out.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    CacheReport, Espeak, SpeechError, SpeechReport, Voice,
    cache::Cache,
    deliver::{Delivery, plain_path},
    key::Key,
    queue::Queue,
    recorded::Recordings,
    run::Inner,
    speaker::Speaker,
};
use crate::{
    config::{SpeechConfig, VoiceKind},
    spoken,
    tasks::clock,
};

/// Something that Asterisk can play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// ARI media URIs, played one after the other.
    pub media: Vec<String>,
    /// How long all of it plays.
    pub length: Duration,
    /// Who speaks.
    pub source: Source,
}

/// Where the sound comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The voice of this name.
    Voice(Arc<str>),
    /// Recorded prompts that stand for the text.
    Recorded,
    /// The sentence that something is wrong: the text itself is not heard.
    LastResort,
}

impl Source {
    /// The word for events: a voice's name, `recorded`, `last_resort`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Voice(name) => name,
            Self::Recorded => "recorded",
            Self::LastResort => "last_resort",
        }
    }
}

/// Speech for everybody. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Speech(Arc<Inner>);

impl Speech {
    /// Speech as configured. `http_base` is where our HTTP door serves prompts, such as
    /// `http://127.0.0.1:8089/prompts`; it is used when `speech.prompt_url` is empty. Makes the cache's
    /// directory and reads both directories. Neither a missing voice nor an unusable directory is an error:
    /// then recorded prompts are heard.
    ///
    /// # Errors
    /// [`SpeechError::Setting`] for a setting that makes no sense.
    pub fn new(config: &SpeechConfig, http_base: &str) -> Result<Self, SpeechError> {
        let voices = config.voices.iter().map(|kind| -> Arc<dyn Voice> {
            match kind {
                VoiceKind::Espeak => {
                    Arc::new(Espeak::new(config.espeak_program.clone(), config.espeak_words_per_minute))
                }
            }
        });
        Self::with_voices(config, http_base, voices.collect())
    }

    /// [`Speech::new`] with other voices than the configured ones.
    ///
    /// # Errors
    /// [`SpeechError::Setting`] for a setting that makes no sense.
    pub fn with_voices(
        config: &SpeechConfig,
        http_base: &str,
        voices: Vec<Arc<dyn Voice>>,
    ) -> Result<Self, SpeechError> {
        let rate = config.sample_rate;
        if ![8000, 16_000].contains(&rate) {
            let why = format!("{rate} Hz is no rate of Asterisk's WAV files; set it to 8000 or 16000");
            return Err(SpeechError::Setting { key: "sample_rate", why });
        }
        let delivery = Delivery::new(config, http_base)?;
        let directory = plain_path("cache_directory", &config.cache_directory)?;
        let sounds = plain_path("sounds_directory", &config.sounds_directory)?;
        let (max_mib, max_days) = (config.cache_max_mib, config.cache_max_age_days);
        Ok(Self(Arc::new(Inner {
            speakers: voices.into_iter().map(|voice| Arc::new(Speaker::new(voice))).collect(),
            cache: Cache::open(directory, rate, max_mib, max_days, clock::system()),
            recordings: Recordings::open(sounds),
            queue: Queue::new(config.workers, config.queue),
            delivery,
            rate,
            patience: Duration::from_millis(config.render_timeout_ms.max(1)),
        })))
    }

    /// Makes a text heard: from the cache, by rendering it, or, where no voice works, by the recorded
    /// prompts of these names (all or none of them), or at last by the sentence that something is wrong
    /// ([`Source::LastResort`]: then the text was not said, and whoever needs it said has failed).
    /// With an empty text, the recorded prompts are what is meant. Ready within `render_timeout_ms`.
    ///
    /// # Errors
    /// There is neither a voice nor a recorded prompt, or nothing to say.
    pub async fn media(&self, text: &str, lang: &str, recorded: &[String]) -> Result<Spoken, SpeechError> {
        if text.trim().is_empty()
            && let Some(found) = self.0.recordings.named(recorded, lang)
        {
            return Ok(self.0.play(&found, Source::Recorded));
        }
        let why = match spoken::speakable(text, lang) {
            Err(error) => SpeechError::from(error),
            Ok(clean) => match self.0.known(&clean, lang) {
                Some(spoken) => return Ok(spoken),
                None => match self.0.speak(clean, lang).await {
                    Ok(spoken) => return Ok(spoken),
                    Err(error) => error,
                },
            },
        };
        self.0.fall_back(why, lang, recorded)
    }

    /// What [`Speech::media`] would give at once, without asking a voice or a recording.
    #[must_use]
    pub fn cached(&self, text: &str, lang: &str) -> Option<Spoken> {
        self.0.known(&spoken::speakable(text, lang).ok()?, lang)
    }

    /// The file of a prompt for the HTTP door: a name that stood in a media URI (`HASH.wav`; its
    /// extension may be left out). Nothing else is a file, whatever it is called.
    #[must_use]
    pub fn prompt_file(&self, name: &str) -> Option<PathBuf> {
        let bare = name.strip_suffix(".wav16").or_else(|| name.strip_suffix(".wav")).unwrap_or(name);
        let key = Key::parse(bare)?;
        let rendered = || self.0.cache.get(key, clock::system()).map(|_| self.0.cache.path(key));
        self.0.recordings.file(key).or_else(rendered)
    }

    /// Renders texts before they are needed, one at a time so that calls keep the other workers. Gives how
    /// many a voice can now say.
    pub async fn warm(&self, texts: impl IntoIterator<Item = (String, String)> + Send) -> usize {
        let texts: Vec<_> = texts.into_iter().collect();
        let mut ready = 0;
        for (text, lang) in texts {
            let Ok(clean) = spoken::speakable(&text, &lang) else { continue };
            let spoken = self.0.known(&clean, &lang).is_some() || self.0.speak(clean, &lang).await.is_ok();
            ready += usize::from(spoken);
        }
        ready
    }

    /// Tries everything, for `doctor`: each voice says a word, the cache is written to.
    pub async fn report(&self) -> SpeechReport {
        let mut voices = Vec::new();
        for speaker in &self.0.speakers {
            voices.push(speaker.report(self.0.patience).await);
        }
        let inner = self.0.clone();
        let tried = tokio::task::spawn_blocking(move || inner.cache.try_write()).await;
        let (prompts, bytes, max_bytes) = self.0.cache.fill();
        SpeechReport {
            voices,
            cache: CacheReport {
                directory: self.0.cache.directory().to_owned(),
                prompts,
                bytes,
                max_bytes,
                writable: tried.unwrap_or_else(|panic| Err(panic.to_string())),
            },
            sounds_directory: self.0.recordings.directory().to_owned(),
            sounds: self.0.recordings.names(),
        }
    }
}
