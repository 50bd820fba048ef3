//! What a voice is: an engine that turns a clean text into samples.

use std::time::Duration;

use futures_util::future::BoxFuture;

use super::VoiceError;

/// Sound: one channel of signed 16-bit samples.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audio {
    /// Samples a second.
    pub rate: u32,
    /// The samples.
    pub samples: Vec<i16>,
}

/// An engine that speaks. It is asked for one text at a time by each of several workers, and is dropped in
/// the middle of a text when nobody waits for it any more.
pub trait Voice: Send + Sync {
    /// Its name for logs and metrics, such as `espeak`.
    fn name(&self) -> &str;

    /// Whether it speaks a language (a tag such as `en` or `pt-BR`).
    fn speaks(&self, lang: &str) -> bool;

    /// Everything besides the text that decides how it sounds: engine and version, voice, speed. What it
    /// gives goes into the address of the cached file.
    fn key(&self, lang: &str) -> String;

    /// The parts in which a text is rendered and played: the sooner the first is ready, the sooner something
    /// is heard. One part for a voice that is quick enough.
    fn parts(&self, text: &str) -> Vec<String> {
        vec![text.to_owned()]
    }

    /// Told, while it renders a text, of the one that will be asked for next: what it can get ready beside may be got
    /// ready. Dropped when the rendering is done; whether it came to its end makes no difference to what is heard.
    fn foresee<'a>(&'a self, _text: &'a str, _lang: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(std::future::ready(()))
    }

    /// Renders a text that has been made speakable. The caller sets the deadline and drops the future when
    /// it passes; the voice must then stop working.
    fn render<'a>(&'a self, text: &'a str, lang: &'a str) -> BoxFuture<'a, Result<Audio, VoiceError>>;
}

impl Audio {
    /// How long it plays.
    #[must_use]
    pub fn length(&self) -> Duration {
        let samples = u64::try_from(self.samples.len()).unwrap_or(u64::MAX);
        Duration::from_micros(samples.saturating_mul(1_000_000) / u64::from(self.rate.max(1)))
    }

    /// Whether nothing is heard: no sample above 0.2 % of full scale.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.samples.iter().all(|sample| sample.unsigned_abs() < 64)
    }
}
