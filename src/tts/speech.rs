//! The service: text in, something that Asterisk can play out.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    CacheReport, Rest, SpeechError, SpeechReport, Voice,
    cache::Cache,
    deliver::{Delivery, plain_path},
    key::Key,
    queue::Queue,
    recorded::Recordings,
    run::Inner,
    speaker::Speaker,
    voices,
};
use crate::{config::SpeechConfig, spoken, tasks::clock};

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

impl Spoken {
    /// This and then that; who speaks is told of the first.
    #[must_use]
    pub fn and(mut self, next: Self) -> Self {
        self.media.extend(next.media);
        self.length += next.length;
        self
    }
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
        Self::with_voices(config, http_base, voices::configured(config))
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
        let lexicons = voices::lexicons(&config.lexicon)?;
        let queue = || Queue::new(config.workers, config.queue);
        let (max_mib, max_days) = (config.cache_max_mib, config.cache_max_age_days);
        Ok(Self(Arc::new(Inner {
            speakers: voices.into_iter().map(|voice| Arc::new(Speaker::new(voice, queue()))).collect(),
            cache: Cache::open(directory, rate, max_mib, max_days, clock::system()),
            recordings: Recordings::open(sounds),
            delivery,
            lexicons,
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
        let why = match self.clean(text, lang) {
            Err(error) => error,
            Ok(clean) => match self.0.known(&clean, lang) {
                Some(spoken) => return Ok(spoken),
                None => match self.0.speak(clean, lang, None).await {
                    Ok(spoken) => return Ok(spoken),
                    Err(error) => error,
                },
            },
        };
        self.0.fall_back(why, lang, recorded)
    }

    /// As [`Speech::media`], but gives the first part of the text as soon as it is there, and the others as
    /// they are made; each is ready within `render_timeout_ms` of the one before. Where the voice fails within
    /// the text, another one goes on.
    ///
    /// # Errors
    /// There is neither a voice nor a recorded prompt, or nothing to say.
    pub async fn begin(
        &self,
        text: &str,
        lang: &str,
        recorded: &[String],
    ) -> Result<(Spoken, Option<Rest>), SpeechError> {
        if text.trim().is_empty() {
            return self.media(text, lang, recorded).await.map(|spoken| (spoken, None));
        }
        let begun = match self.clean(text, lang) {
            Err(error) => Err(error),
            Ok(clean) => self.0.begin(&clean, lang, recorded).await,
        };
        begun.or_else(|why| Ok((self.0.fall_back(why, lang, recorded)?, None)))
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(super) fn clean(&self, text: &str, lang: &str) -> Result<String, SpeechError> {
        Ok(spoken::speakable_with(text, lang, self.0.lexicons.of(lang))?)
    }

    /// What [`Speech::media`] would give at once, without asking a voice or a recording.
    #[must_use]
    pub fn cached(&self, text: &str, lang: &str) -> Option<Spoken> {
        self.0.known(&self.clean(text, lang).ok()?, lang)
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
            let Ok(clean) = self.clean(&text, &lang) else { continue };
            let known = self.0.known(&clean, &lang).is_some();
            let spoken = known || self.0.speak(clean, &lang, None).await.is_ok();
            ready += usize::from(spoken);
        }
        ready
    }

    /// The voices' names in the order in which they are tried.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.0.speakers.iter().map(|speaker| speaker.name.to_string()).collect()
    }

    /// The names of the voices for a language, in that order.
    #[must_use]
    pub fn voices_for(&self, lang: &str) -> Vec<String> {
        let speaking = self.0.speakers.iter().filter(|speaker| speaker.voice.speaks(lang));
        speaking.map(|speaker| speaker.name.to_string()).collect()
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
