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
    tts::Spoken,
};

/// How much longer than its audio a playback may take before it is asked about: fetching and queueing.
const GRACE: Duration = Duration::from_secs(10);

impl Leg {
    pub(super) async fn play(&mut self, prompt: &Prompt, barge: &BargeIn) -> Result<Said, Stop> {
        self.read_ahead()?;
        if *barge == BargeIn::AnyKey && !self.keys.is_empty() {
            return Ok(Said::Interrupted);
        }
        let spoken = self.spoken(prompt).await?;
        let id = self.name();
        let begun = Instant::now();
        self.begin_playing(&id, &spoken.media, &prompt.language).await?;
        let said = self.heard(&id, begun + spoken.length + GRACE, barge).await?;
        self.playing = None;
        let heard = if said == Said::Whole { "whole" } else { "part" };
        let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let recorded = if prompt.text.is_empty() { prompt.recorded.as_slice() } else { &[] };
        self.tell(
            NoticeKind::CallSaid,
            json!({ "text": prompt.text, "recorded": recorded, "heard": heard, "ms": ms }),
        );
        Ok(said)
    }

    /// What the prompt is to be heard as. A caller who would have to wait for it is answered first.
    async fn spoken(&mut self, prompt: &Prompt) -> Result<Spoken, Stop> {
        let speech = self.services.speech.clone();
        if let Some(spoken) = speech.cached(&prompt.text, &prompt.language) {
            return Ok(spoken);
        }
        self.answer_now().await?;
        let spoken = speech.media(&prompt.text, &prompt.language, &prompt.recorded).await;
        spoken.map_err(|error| Fault::Voice(error.to_string()).into())
    }

    async fn begin_playing(&mut self, id: &str, media: &[String], language: &str) -> Result<(), Stop> {
        let ari = self.ari();
        let channel = &self.record.channel;
        self.playing = Some(id.to_owned());
        let answer = if self.answer_owed {
            let (answered, answer) = ari.answer_and_play(channel, id, media, language).await;
            self.answered(answered).await?;
            answer
        } else {
            ari.play(channel, id, media, language).await
        };
        self.judge(answer).await
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
                    let answer = self.services.ari.reacting(reaction).stop_playback_and_go_on(id).await;
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
