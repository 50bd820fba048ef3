//! A text that is heard from its first part on, while the others are made.

use std::{collections::VecDeque, future::poll_fn, sync::Arc, task::Poll};

use futures_util::{
    FutureExt as _, StreamExt as _,
    future::Fuse,
    stream::{self, BoxStream, FuturesOrdered},
};
use metrics::counter;
use tokio::{sync::oneshot, task::JoinError, time::Instant};
use tokio_util::task::AbortOnDropHandle;

use super::{
    SpeechError, VoiceError,
    run::{Beside, Inner, Part, share},
    speaker::Speaker,
    speech::Spoken,
};
use crate::tasks::attached;

/// What follows the first part of a text. While it is not polled no more than those parts are made that were begun,
/// two at most; dropping it ends that too.
pub type Rest = BoxStream<'static, Result<Spoken, SpeechError>>;

/// One that is written and one that is spoken.
const AT_ONCE: usize = 2;

/// The parts that one voice has still to say.
struct Remaining {
    inner: Arc<Inner>,
    speaker: Arc<Speaker>,
    /// In their order, those under way included.
    parts: VecDeque<Part>,
    under_way: FuturesOrdered<AbortOnDropHandle<Result<Spoken, SpeechError>>>,
    /// Tells that the last of those has its sound.
    made: Fuse<oneshot::Receiver<()>>,
    lang: String,
    recorded: Vec<String>,
}

/// What happens while a part is said.
enum Happened {
    /// Its file is there, or there is none.
    Said(Result<Spoken, SpeechError>),
    /// It has its sound.
    Made,
    /// No part is under way.
    Nothing,
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
            let known = self.known_parts(&speaker.name, &parts);
            if known.is_none() && !speaker.health.is_usable(Instant::now()) {
                continue;
            }
            let parts = parts.into_iter().skip(known.as_ref().map_or(0, |known| known.media.len())).collect();
            let mut remaining = Remaining::of(self, speaker, parts, lang, recorded);
            let begun = match known {
                Some(known) => Ok(known),
                None => match remaining.say(share(deadline, left)).await {
                    Some((_, said)) => said,
                    None => continue,
                },
            };
            match begun {
                Ok(spoken) => return Ok((spoken, remaining.follow())),
                Err(error) => why = error,
            }
        }
        Err(why)
    }
}

impl Remaining {
    fn of(
        inner: &Arc<Inner>,
        speaker: &Arc<Speaker>,
        parts: VecDeque<Part>,
        lang: &str,
        recorded: &[String],
    ) -> Self {
        Self {
            inner: inner.clone(),
            speaker: speaker.clone(),
            parts,
            under_way: FuturesOrdered::new(),
            made: Fuse::terminated(),
            lang: lang.to_owned(),
            recorded: recorded.to_vec(),
        }
    }

    fn follow(self) -> Option<Rest> {
        let next = |remaining: Option<Self>| async move { remaining?.next().await };
        (!self.parts.is_empty()).then(|| stream::unfold(Some(self), next).boxed())
    }

    /// The next part; where the voice fails, all that is left in another one, and at last what is recorded.
    async fn next(mut self) -> Option<(Result<Spoken, SpeechError>, Option<Self>)> {
        let (part, said) = self.say(share(Instant::now() + self.inner.patience, 1)).await?;
        let Err(error) = said else { return Some((said, Some(self))) };
        // What the voice does beyond that is for nobody.
        self.under_way = FuturesOrdered::new();
        let mut left = part.text;
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

    /// The first of the parts, begun by now if it was not. As soon as it has its sound it is the next one's turn, after
    /// whoever waits for the voice: the model need wait neither for a file nor for phonemes.
    async fn say(&mut self, deadline: Instant) -> Option<(Part, Result<Spoken, SpeechError>)> {
        if self.under_way.is_empty() {
            self.ask(deadline);
        }
        loop {
            match self.happens().await {
                Happened::Said(said) => return Some((self.parts.pop_front()?, said)),
                Happened::Made => self.ask(share(Instant::now() + self.inner.patience, 1)),
                Happened::Nothing => return None,
            }
        }
    }

    async fn happens(&mut self) -> Happened {
        let may_begin = self.under_way.len() < self.parts.len().min(AT_ONCE);
        poll_fn(|context| {
            if let Poll::Ready(said) = self.under_way.poll_next_unpin(context) {
                let said = said.map(|said| said.unwrap_or_else(|panic| Err(self.broken(&panic))));
                return Poll::Ready(said.map_or(Happened::Nothing, Happened::Said));
            }
            if may_begin && let Poll::Ready(Ok(())) = self.made.poll_unpin(context) {
                return Poll::Ready(Happened::Made);
            }
            Poll::Pending
        })
        .await
    }

    /// Begins with the first part that is not under way.
    fn ask(&mut self, deadline: Instant) {
        let at = self.under_way.len();
        let Some(part) = self.parts.get(at).cloned() else { return };
        let (made, is_made) = oneshot::channel();
        self.made = is_made.fuse();
        let beside = Beside { made: Some(made), next: self.parts.get(at + 1).cloned() };
        let (inner, speaker, lang) = (self.inner.clone(), self.speaker.clone(), self.lang.clone());
        // By itself: who gives Asterisk one part does not look after the next, which has its place at the voice.
        let saying = async move { inner.say(&speaker, part, &lang, deadline, beside).await };
        self.under_way.push_back(attached(saying));
    }

    fn broken(&self, panic: &JoinError) -> SpeechError {
        let error = VoiceError::Pipe(panic.to_string());
        SpeechError::Voice { voice: self.speaker.name.to_string(), error }
    }
}
