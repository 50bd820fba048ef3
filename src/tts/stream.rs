//! A text that is heard from its first part on, while the others are made.

use std::{collections::VecDeque, sync::Arc};

use futures_util::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use metrics::counter;
use tokio::time::Instant;

use super::{
    SpeechError,
    run::{Inner, Part, share},
    speaker::Speaker,
    speech::Spoken,
};

/// What follows the first part of a text. Nothing is made while it is not polled; dropping it ends it.
pub type Rest = BoxStream<'static, Result<Spoken, SpeechError>>;

/// The parts that one voice has still to say.
struct Remaining {
    inner: Arc<Inner>,
    speaker: Arc<Speaker>,
    parts: VecDeque<Part>,
    lang: String,
    recorded: Vec<String>,
}

impl Inner {
    /// The first parts of a clean text by the first voice that can, and what follows them; `None` if nothing
    /// does.
    pub(super) async fn begin(
        self: &Arc<Self>,
        text: &str,
        lang: &str,
        recorded: &[String],
    ) -> Result<(Spoken, Option<Rest>), SpeechError> {
        if let Some(spoken) = self.known(text, lang) {
            return Ok((spoken, None));
        }
        counter!("stasisd_speech_cache_misses_total").increment(1);
        let deadline = Instant::now() + self.patience;
        let mut why = SpeechError::NoVoice { language: lang.to_owned() };
        let mut left = self.speakers(text, lang).count();
        for (speaker, parts) in self.speakers(text, lang) {
            left -= 1;
            let Some(first) = parts.first() else { continue };
            let begun = match self.known_parts(&speaker.name, &parts) {
                Some(known) => Ok(known),
                None if !speaker.health.is_usable(Instant::now()) => continue,
                None => self.say(speaker, first.clone(), lang, share(deadline, left)).await,
            };
            match begun {
                Ok(spoken) => {
                    let parts: VecDeque<_> = parts.into_iter().skip(spoken.media.len()).collect();
                    let rest = (!parts.is_empty()).then(|| {
                        let (inner, speaker) = (self.clone(), speaker.clone());
                        let (lang, recorded) = (lang.to_owned(), recorded.to_vec());
                        follow(Remaining { inner, speaker, parts, lang, recorded })
                    });
                    return Ok((spoken, rest));
                }
                Err(error) => why = error,
            }
        }
        Err(why)
    }
}

fn follow(remaining: Remaining) -> Rest {
    stream::unfold(Some(remaining), |remaining| async move { remaining?.next().await }).boxed()
}

impl Remaining {
    /// The next part; where the voice fails, all that is left in another one, and at last what is recorded.
    async fn next(mut self) -> Option<(Result<Spoken, SpeechError>, Option<Self>)> {
        let part = self.parts.pop_front()?;
        let mut left = part.text.clone();
        let deadline = Instant::now() + self.inner.patience;
        let said = self.inner.say(&self.speaker, part, &self.lang, share(deadline, 1)).await;
        let Err(error) = said else { return Some((said, Some(self))) };
        for part in &self.parts {
            left.push(' ');
            left.push_str(&part.text);
        }
        tracing::warn!(voice = &*self.speaker.name, %error, "the voice failed within a text");
        let said = match self.inner.speak(left, &self.lang, Some(&self.speaker)).await {
            Ok(spoken) => Ok(spoken),
            Err(error) => self.inner.fall_back(error, &self.lang, &self.recorded),
        };
        Some((said, None))
    }
}
