//! A voice among others: how it fares, and what is told of it.

use std::{sync::Arc, time::Duration};

use metrics::counter;
use tokio::time::{Instant, timeout_at};

use super::{SpeechError, Voice, VoiceError, VoiceReport, health::Health, queue::Queue};

/// A voice and how it fares.
pub(super) struct Speaker {
    pub(super) voice: Arc<dyn Voice>,
    pub(super) name: Arc<str>,
    pub(super) health: Health,
    /// The texts that wait for it: a voice that is slow does not hold up the others.
    pub(super) queue: Queue,
}

impl Speaker {
    pub(super) fn new(voice: Arc<dyn Voice>, queue: Queue) -> Self {
        Self { name: Arc::from(voice.name()), voice, health: Health::default(), queue }
    }

    /// Counts a failure, and sets the voice aside if it is one of several in a row and not the text's fault.
    pub(super) fn failed(&self, error: SpeechError, is_fault: bool) -> SpeechError {
        counter!("stasisd_speech_failures_total", "voice" => self.name.to_string()).increment(1);
        if is_fault && self.health.failed(error.to_string(), Instant::now()) {
            tracing::error!(voice = &*self.name, %error, "the voice is set aside for a while");
        }
        error
    }

    pub(super) async fn report(&self, patience: Duration) -> VoiceReport {
        let begun = Instant::now();
        let lang = ["en", "es", "ca", "ru"].into_iter().find(|lang| self.voice.speaks(lang)).unwrap_or("en");
        let said = timeout_at(begun + patience, self.voice.render("1, 2, 3.", lang)).await;
        let speaks = match said {
            Err(_) => Err(format!("it gave no sound within {} ms", patience.as_millis())),
            Ok(Err(error)) => Err(error.to_string()),
            Ok(Ok(audio)) if audio.is_silent() => Err(VoiceError::Silent.to_string()),
            Ok(Ok(_)) => Ok(begun.elapsed()),
        };
        VoiceReport { name: self.name.to_string(), speaks, last_error: self.health.last_error() }
    }
}
