//! The work behind speech: finding, rendering, keeping, and what is heard when none of it works.

use std::{sync::Arc, time::Duration};

use metrics::{counter, gauge, histogram};
use tokio::time::{Instant, timeout_at};

use super::{
    SpeechError, VoiceError,
    cache::Cache,
    deliver::Delivery,
    key::Key,
    queue::{Outcome, Queue},
    recorded::{Recording, Recordings},
    resample::resample,
    speaker::Speaker,
    speech::{Source, Spoken},
};
use crate::tasks::clock;

/// Everything that speech is made of.
pub(super) struct Inner {
    pub(super) speakers: Vec<Arc<Speaker>>,
    pub(super) cache: Cache,
    pub(super) recordings: Recordings,
    pub(super) queue: Queue,
    pub(super) delivery: Delivery,
    pub(super) rate: u32,
    pub(super) patience: Duration,
}

/// A text that a speaker is to say.
struct Asked {
    speaker: Arc<Speaker>,
    key: Key,
    text: String,
    lang: String,
    deadline: Instant,
}

impl Inner {
    /// The voices for a language, with the address that a text has in each.
    fn speakers<'a>(
        &'a self,
        text: &'a str,
        lang: &'a str,
    ) -> impl Iterator<Item = (&'a Arc<Speaker>, Key)> + Send + 'a {
        let speaking = self.speakers.iter().filter(move |speaker| speaker.voice.speaks(lang));
        let rate = self.rate.to_string();
        speaking.map(move |speaker| (speaker, Key::of(&[&speaker.voice.key(lang), &rate, text])))
    }

    /// A clean text that is in the cache.
    pub(super) fn known(&self, text: &str, lang: &str) -> Option<Spoken> {
        let now = clock::system();
        let mut heard = self
            .speakers(text, lang)
            .map(|(speaker, key)| Some(self.spoken(&speaker.name, key, self.cache.get(key, now)?)));
        let found = heard.find_map(|spoken| spoken)?;
        counter!("stasisd_speech_cache_hits_total").increment(1);
        Some(found)
    }

    /// Has a clean text rendered by the first voice that can.
    pub(super) async fn speak(self: &Arc<Self>, text: String, lang: &str) -> Result<Spoken, SpeechError> {
        counter!("stasisd_speech_cache_misses_total").increment(1);
        let deadline = Instant::now() + self.patience;
        let mut why = SpeechError::NoVoice { language: lang.to_owned() };
        for (speaker, key) in self.speakers(&text, lang) {
            if !speaker.health.is_usable(Instant::now()) {
                continue;
            }
            let rendering = self.queue.share(key, || {
                let (text, lang) = (text.clone(), lang.to_owned());
                let asked = Asked { speaker: speaker.clone(), key, text, lang, deadline };
                self.clone().render(asked)
            });
            match rendering.await {
                Ok(length) => return Ok(self.spoken(&speaker.name, key, length)),
                Err(error) => why = error,
            }
        }
        Err(why)
    }

    /// One rendering, from its place in the line to its file. Ends by its deadline.
    async fn render(self: Arc<Self>, asked: Asked) -> Outcome {
        let late = || SpeechError::Deadline {
            voice: asked.speaker.name.to_string(),
            millis: u64::try_from(self.patience.as_millis()).unwrap_or(u64::MAX),
        };
        let _place = timeout_at(asked.deadline, self.queue.place()).await.map_err(|_| late())??;
        let begun = Instant::now();
        // Its turn may come in the moment in which everybody before it gave up.
        if begun >= asked.deadline {
            return Err(late());
        }
        let rendered = timeout_at(asked.deadline, asked.speaker.voice.render(&asked.text, &asked.lang)).await;
        let audio = match rendered {
            // A voice that had little time left is not to blame.
            Err(_) => return Err(asked.speaker.failed(late(), begun.elapsed() >= self.patience / 2)),
            Ok(Ok(audio)) if audio.is_silent() => Err(VoiceError::Silent),
            Ok(heard) => heard,
        };
        let audio = audio.map_err(|error| {
            let is_fault = error.is_fault();
            let voice = asked.speaker.name.to_string();
            asked.speaker.failed(SpeechError::Voice { voice, error }, is_fault)
        })?;
        asked.speaker.health.worked();
        let name = asked.speaker.name.to_string();
        let inner = self.clone();
        let keep = tokio::task::spawn_blocking(move || {
            let audio =
                resample(audio, inner.rate).map_err(|error| SpeechError::Voice { voice: name, error })?;
            inner.cache.put(asked.key, &audio, clock::system())
        });
        let length = match timeout_at(asked.deadline, keep).await {
            Ok(Ok(kept)) => kept?,
            Ok(Err(panic)) => return Err(self.unkept(panic.to_string())),
            Err(_) => return Err(self.unkept("the disk is too slow".to_owned())),
        };
        let voice = asked.speaker.name.to_string();
        counter!("stasisd_speech_renders_total", "voice" => voice.clone()).increment(1);
        histogram!("stasisd_speech_render_seconds", "voice" => voice).record(begun.elapsed().as_secs_f64());
        #[allow(clippy::cast_precision_loss, reason = "exact below 9 PB")]
        gauge!("stasisd_speech_cache_bytes").set(self.cache.fill().1 as f64);
        Ok(length)
    }

    fn unkept(&self, why: String) -> SpeechError {
        SpeechError::CacheWrite { path: self.cache.directory().display().to_string(), why }
    }

    fn spoken(&self, voice: &Arc<str>, key: Key, length: Duration) -> Spoken {
        Spoken { media: vec![self.delivery.rendered(key)], length, source: Source::Voice(voice.clone()) }
    }

    pub(super) fn play(&self, recordings: &[&Recording], source: Source) -> Spoken {
        counter!("stasisd_speech_recorded_total").increment(1);
        Spoken {
            media: recordings.iter().map(|recording| self.delivery.recorded(recording)).collect(),
            length: recordings.iter().map(|recording| recording.length).sum(),
            source,
        }
    }

    /// Recorded prompts instead of a voice.
    pub(super) fn fall_back(
        &self,
        why: SpeechError,
        lang: &str,
        recorded: &[String],
    ) -> Result<Spoken, SpeechError> {
        let named = self.recordings.named(recorded, lang).map(|found| (found, Source::Recorded));
        let last = || Some((vec![self.recordings.last_resort(lang)?], Source::LastResort));
        let found = named.or_else(last);
        let instead = found.as_ref().map_or("nothing", |(_, source)| source.as_str());
        tracing::warn!(language = lang, error = %why, instead, "no voice could say a text");
        match found {
            Some((found, source)) => Ok(self.play(&found, source)),
            None => Err(SpeechError::NothingRecorded {
                cause: Box::new(why),
                language: lang.to_owned(),
                sounds: self.recordings.directory().display().to_string(),
            }),
        }
    }
}
