//! Saying: a text becomes media, media becomes a playback, a key stops it.

use std::time::Duration;

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
    tts::Source,
};

/// How much longer than its audio a playback may take before it is asked about: fetching and queueing.
const GRACE: Duration = Duration::from_secs(10);

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
        let spoken = self.services.speech.media(&prompt.text, &prompt.language, &prompt.recorded).await;
        let spoken = spoken.map_err(|error| Fault::Voice(error.to_string()))?;
        let source = spoken.source.as_str();
        let in_place = spoken.source == Source::LastResort;
        if in_place && self.apologized {
            return Err(unsaid());
        }
        let id = self.playback_name();
        let begun = Instant::now();
        let ari = self.ari();
        let answer = ari.play(&self.record.channel, &id, &spoken.media, &prompt.language).await;
        self.judge(answer).await?;
        self.playing = Some(id.clone());
        let said = self.heard(&id, begun + spoken.length + GRACE, barge).await?;
        self.playing = None;
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

    /// Waits for the playback's end or a key that stops it.
    async fn heard(&mut self, id: &str, until: Instant, barge: &BargeIn) -> Result<Said, Stop> {
        loop {
            match self.next(until).await? {
                Some(LegEvent::PlaybackFinished { id: finished, failed }) if finished == id => {
                    if failed {
                        return Err(Fault::Voice("Asterisk could not play the prompt".to_owned()).into());
                    }
                    return Ok(Said::Whole);
                }
                Some(LegEvent::Key { received, .. }) if *barge == BargeIn::AnyKey => {
                    let reaction = Some(Reaction::to(Cause::Key, received));
                    let answer = self.services.ari.reacting(reaction).stop_playback(id).await;
                    // Gone already: it came to its end in the same moment.
                    if !answer.as_ref().is_err_and(crate::ari::AriError::is_gone) {
                        self.judge(answer).await?;
                    }
                    return Ok(Said::Interrupted);
                }
                Some(_) => {}
                None => {
                    let answer = self.services.ari.playback(id).await;
                    if self.judge(answer).await?.is_none() {
                        return Ok(Said::Whole);
                    }
                    return Err(Fault::Voice("a prompt does not come to its end".to_owned()).into());
                }
            }
        }
    }
}
