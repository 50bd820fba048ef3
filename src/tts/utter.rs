//! A text spoken for somebody who listens at once, beside cache and line: for `stasisd voice say`.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::{Audio, Speech, SpeechError, VoiceError, resample::resample};

/// A text as one voice said it.
#[derive(Clone, Debug)]
pub struct Uttered {
    /// The voice's name.
    pub voice: String,
    /// What it said, at the configured rate.
    pub audio: Audio,
    /// When its first part was ready.
    pub first: Duration,
    /// When all was.
    pub took: Duration,
}

impl Uttered {
    /// As a WAV file.
    ///
    /// # Errors
    /// More samples than such a file holds.
    pub fn wav(&self) -> Result<Vec<u8>, VoiceError> {
        super::wav::encode(&self.audio).map_err(|_| VoiceError::Garbled("it is too long for a WAV file"))
    }
}

impl Speech {
    /// Says a text in the voice of this name, or in the first for the language that can. Neither the cache nor
    /// a recording is asked; each part has `render_timeout_ms`.
    ///
    /// # Errors
    /// No such voice, a text that cannot be spoken, or why the last voice failed.
    pub async fn utter(&self, text: &str, lang: &str, voice: Option<&str>) -> Result<Uttered, SpeechError> {
        let clean = self.clean(text, lang)?;
        let mut why = SpeechError::NoVoice { language: lang.to_owned() };
        for speaker in &self.inner().speakers {
            let wanted = match voice {
                Some(name) => *speaker.name == *name,
                None => speaker.voice.speaks(lang),
            };
            if !wanted {
                continue;
            }
            let begun = Instant::now();
            let (mut whole, mut first) = (Audio { rate: self.inner().rate, samples: Vec::new() }, None);
            let mut failed = None;
            for part in speaker.voice.parts(&clean) {
                match self.part(&*speaker.voice, &part, lang).await {
                    Ok(audio) => whole.samples.extend(audio.samples),
                    Err(error) => {
                        failed = Some(error);
                        break;
                    }
                }
                first.get_or_insert_with(|| begun.elapsed());
            }
            let took = begun.elapsed();
            match failed {
                None => {
                    let first = first.unwrap_or(took);
                    return Ok(Uttered { voice: speaker.name.to_string(), audio: whole, first, took });
                }
                Some(error) => why = error,
            }
        }
        Err(why)
    }

    async fn part(&self, voice: &dyn super::Voice, text: &str, lang: &str) -> Result<Audio, SpeechError> {
        let patience = self.inner().patience;
        let failed = |error| SpeechError::Voice { voice: voice.name().to_owned(), error };
        let Ok(rendered) = timeout(patience, voice.render(text, lang)).await else {
            let millis = u64::try_from(patience.as_millis()).unwrap_or(u64::MAX);
            return Err(SpeechError::Deadline { voice: voice.name().to_owned(), millis });
        };
        rendered.and_then(|audio| resample(audio, self.inner().rate)).map_err(failed)
    }
}
