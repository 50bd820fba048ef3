//! Saying: a text becomes media, media becomes playbacks, a key stops them.

use std::{collections::VecDeque, pin::pin, time::Duration};

use futures_util::{
    StreamExt as _,
    future::{self, Either},
};
use serde_json::json;
use tokio::time::Instant;

use super::{
    inbox::LegEvent,
    leg::Leg,
    line::{BargeIn, Prompt, Said},
};
use crate::{
    ari::{Cause, Reaction},
    model::{Fault, NoticeKind, Stop},
    tts::{Rest, Source, SpeechError, Spoken},
};

/// How much longer than its audio a playback may take before it is asked about: fetching and queueing.
const GRACE: Duration = Duration::from_secs(10);
/// How long before what plays has come to its end the next must be with Asterisk, which plays it without a gap.
const LEAD: Duration = Duration::from_millis(400);

/// A text on its way to the caller: what plays, what waits to be played, and what is still being made.
struct Saying {
    /// Playbacks that Asterisk has and has not finished, in their order.
    playing: VecDeque<String>,
    /// When the last of them comes to its end.
    plays_until: Instant,
    /// How many there were.
    played: usize,
    /// Made and not yet given to Asterisk.
    ready: Option<Spoken>,
    rest: Option<Rest>,
}

/// What happens while a text is said.
enum Happened {
    Event(LegEvent),
    /// The next part is made, or there is none.
    Made(Option<Result<Spoken, SpeechError>>),
    /// Nothing, until the time.
    Time,
}

/// The caller heard that something is wrong in place of what they called for.
fn unsaid() -> Stop {
    Fault::Voice("no voice could say the text, and no recorded prompt stands for it".to_owned()).into()
}

impl Leg {
    pub(super) async fn play(&mut self, prompt: &Prompt, barge: &BargeIn) -> Result<Said, Stop> {
        self.read_ahead()?;
        if *barge == BargeIn::AnyKey && !self.keys.is_empty() {
            return Ok(Said::Interrupted);
        }
        self.silence().await?;
        if self.services.speech.cached(&prompt.text, &prompt.language).is_none() {
            // A caller who would have to wait for it is answered first.
            self.answer_now().await?;
        }
        let spoken = self.services.speech.begin(&prompt.text, &prompt.language, &prompt.recorded).await;
        let (first, rest) = spoken.map_err(|error| Fault::Voice(error.to_string()))?;
        let source = first.source.as_str().to_owned();
        let in_place = first.source == Source::LastResort;
        if in_place && self.apologized {
            return Err(unsaid());
        }
        let begun = Instant::now();
        let mut saying =
            Saying { playing: VecDeque::new(), plays_until: begun, played: 0, ready: Some(first), rest };
        let said = self.heard(&mut saying, &prompt.language, barge).await?;
        if said == Said::Whole {
            self.playing.clear();
        }
        let heard = match said {
            _ if in_place => "nothing",
            Said::Whole => "whole",
            Said::Interrupted => "part",
        };
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let recorded = if prompt.text.is_empty() { prompt.recorded.as_slice() } else { &[] };
        self.tell(
            NoticeKind::CallSaid,
            json!({ "text": prompt.text, "recorded": recorded, "source": source, "heard": heard, "ms": ms }),
        );
        if in_place {
            self.apologized = true;
            return Err(unsaid());
        }
        Ok(said)
    }

    /// Gives Asterisk what is made and waits for the end of all of it, or for a key that stops it.
    async fn heard(&mut self, saying: &mut Saying, language: &str, barge: &BargeIn) -> Result<Said, Stop> {
        loop {
            if let Some(due) = saying.due(Instant::now()) {
                self.give(saying, &due, language).await?;
            }
            if saying.is_over() {
                return Ok(Said::Whole);
            }
            match self.happens(saying).await? {
                Happened::Event(LegEvent::PlaybackFinished { id, failed }) if saying.finished(&id) => {
                    if failed {
                        return Err(Fault::Voice("Asterisk could not play the prompt".to_owned()).into());
                    }
                }
                Happened::Event(LegEvent::Key { received, .. }) if *barge == BargeIn::AnyKey => {
                    self.playing.retain(|id| saying.playing.contains(id));
                    self.interrupted = Some(Reaction::to(Cause::Key, received));
                    return Ok(Said::Interrupted);
                }
                Happened::Event(_) => {}
                Happened::Made(Some(Ok(spoken))) => saying.take(spoken),
                Happened::Made(Some(Err(error))) => return Err(Fault::Voice(error.to_string()).into()),
                Happened::Made(None) => saying.rest = None,
                Happened::Time => self.look_after(saying).await?,
            }
        }
    }

    /// Waits for the next event, the next part, or the moment in which something must be done.
    async fn happens(&mut self, saying: &mut Saying) -> Result<Happened, Stop> {
        let until = saying.wake();
        let next = pin!(self.next(until));
        let event = match &mut saying.rest {
            None => next.await?,
            Some(rest) => match future::select(next, rest.next()).await {
                Either::Left((event, _)) => event?,
                Either::Right((made, _)) => return Ok(Happened::Made(made)),
            },
        };
        Ok(event.map_or(Happened::Time, Happened::Event))
    }

    /// ARI queues a playback behind those that the channel has.
    async fn give(&mut self, saying: &mut Saying, spoken: &Spoken, language: &str) -> Result<(), Stop> {
        let id = self.playback_name();
        let ari = self.ari();
        let channel = &self.record.channel;
        self.playing.push(id.clone());
        let answer = if self.answer_owed {
            let answering = self.services.registry.answering();
            let (answered, answer) = ari.answer_and_play(channel, &id, &spoken.media, language).await;
            drop(answering);
            self.answered(answered).await?;
            answer
        } else {
            ari.play(channel, &id, &spoken.media, language).await
        };
        self.judge(answer).await?;
        saying.playing.push_back(id);
        saying.played += 1;
        saying.plays_until = saying.plays_until.max(Instant::now()) + spoken.length;
        Ok(())
    }

    /// Stops what a key interrupted, what waits in Asterisk first: else it would begin when what plays is stopped.
    pub(super) async fn silence(&mut self) -> Result<(), Stop> {
        let Some(reaction) = self.interrupted.take() else { return Ok(()) };
        let mut reaction = Some(reaction);
        while let Some(id) = self.playing.pop() {
            let answer = self.services.ari.reacting(reaction.take()).stop_playback_and_go_on(&id).await;
            // Gone already: it came to its end in the same moment.
            if !answer.as_ref().is_err_and(crate::ari::AriError::is_gone) {
                self.judge(answer).await?;
            }
        }
        Ok(())
    }

    /// A playback whose end nobody told is asked about.
    async fn look_after(&mut self, saying: &mut Saying) -> Result<(), Stop> {
        let overdue = Instant::now() >= saying.plays_until + GRACE;
        let Some(id) = saying.playing.front().filter(|_| overdue).cloned() else { return Ok(()) };
        let answer = self.services.ari.playback(&id).await;
        if self.judge(answer).await?.is_none() {
            saying.finished(&id);
            return Ok(());
        }
        Err(Fault::Voice("a prompt does not come to its end".to_owned()).into())
    }
}

impl Saying {
    /// What is to be given to Asterisk now. The first part at once; the second when the first is about to end,
    /// with all that is made by then; the third is everything else. So there are three playbacks at most, unless
    /// the voice is slower than it speaks, when silence would be heard.
    fn due(&mut self, now: Instant) -> Option<Spoken> {
        let is_all = self.rest.is_none();
        let ends_soon = self.played <= 1 && now + LEAD >= self.plays_until;
        let due = is_all || ends_soon || self.playing.is_empty();
        self.ready.take_if(|_| due)
    }

    fn take(&mut self, spoken: Spoken) {
        self.ready = Some(match self.ready.take() {
            Some(before) => before.and(spoken),
            None => spoken,
        });
    }

    /// Notes the end of a playback; false if it is none of these.
    fn finished(&mut self, id: &str) -> bool {
        let before = self.playing.len();
        self.playing.retain(|playing| playing != id);
        before > self.playing.len()
    }

    fn is_over(&self) -> bool {
        self.playing.is_empty() && self.ready.is_none() && self.rest.is_none()
    }

    /// When to look again if nothing happens.
    fn wake(&self) -> Instant {
        let hand_over =
            self.plays_until.checked_sub(LEAD).filter(|_| self.ready.is_some() && self.played == 1);
        hand_over.unwrap_or(self.plays_until + GRACE)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;
    use crate::tts::Source;

    fn spoken(name: &str, millis: u64) -> Spoken {
        let (media, length) = (vec![name.to_owned()], Duration::from_millis(millis));
        Spoken { media, length, source: Source::Recorded }
    }

    fn saying(now: Instant) -> Saying {
        let rest = Some(stream::pending().boxed());
        Saying { playing: VecDeque::new(), plays_until: now, played: 0, ready: None, rest }
    }

    /// As [`Leg::give`] does.
    fn give(saying: &mut Saying, id: &str, spoken: &Spoken, now: Instant) {
        saying.playing.push_back(id.to_owned());
        saying.played += 1;
        saying.plays_until = saying.plays_until.max(now) + spoken.length;
    }

    #[test]
    fn the_first_at_once_the_second_before_its_end_and_then_everything() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut said = saying(start);
        said.take(spoken("a", 1000));
        let first = said.due(at(0)).unwrap();
        give(&mut said, "1", &first, at(0));
        said.take(spoken("b", 2000));
        assert_eq!(said.due(at(100)), None, "more may come in time");
        assert_eq!(said.wake(), at(600));
        said.take(spoken("c", 3000));
        let second = said.due(at(600)).unwrap();
        assert_eq!(second.media, ["b", "c"]);
        give(&mut said, "2", &second, at(600));
        assert_eq!(said.plays_until, at(6000));
        assert!(said.finished("1") && !said.finished("1") && !said.finished("x"));
        said.take(spoken("d", 500));
        assert_eq!(said.due(at(5990)), None, "the rest in one");
        said.rest = None;
        assert_eq!(said.due(at(5990)).unwrap().media, ["d"]);
        assert!(!said.is_over());
        assert!(said.finished("2") && said.is_over());
    }

    #[test]
    fn silence_is_ended_by_whatever_is_made() {
        let start = Instant::now();
        let mut said = saying(start);
        for name in ["a", "b"] {
            said.take(spoken(name, 100));
            let due = said.due(start).unwrap();
            give(&mut said, name, &due, start);
        }
        assert!(said.finished("a"));
        said.take(spoken("c", 100));
        assert_eq!(said.due(start + Duration::from_secs(9)), None);
        assert!(said.finished("b"));
        assert!(said.due(start + Duration::from_secs(9)).is_some());
    }
}
