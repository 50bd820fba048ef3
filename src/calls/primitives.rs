//! The primitives on a real channel: each names the room where it is carried out.

use std::time::Duration;

use serde_json::json;
use tokio::time::Instant;

use super::{
    leg::Leg,
    line::{
        BargeIn, Dial, Dialled, Gather, Gathered, Line, Place, Prompt, Record, Recorded, Refer, Referred,
        Said, Take, Transferred,
    },
};
use crate::{
    ari::AriError,
    model::{Fault, NoticeKind, Position, Stop},
};

impl Line for Leg {
    fn at(&mut self, position: &Position) {
        self.made = 0;
        self.record.position.clone_from(position);
        self.tell(NoticeKind::CallStep, json!({ "flow": position.flow, "step": position.step }));
        self.save();
    }

    async fn durable(&mut self) -> Result<(), Stop> {
        self.silence().await?;
        let flushed = self.services.journal.flushed().await;
        flushed.map_err(|error| Fault::Storage(error.to_string()).into())
    }

    async fn answer(&mut self) -> Result<(), Stop> {
        self.answer_owed = self.record.answered_at.is_none();
        // What an earlier life began to play may still be heard, and delays the answer.
        if self.record.taken_up > 0 { self.answer_now().await } else { Ok(()) }
    }

    async fn say(&mut self, prompt: &Prompt, barge: BargeIn) -> Result<Said, Stop> {
        self.play(prompt, &barge).await
    }

    async fn hush(&mut self) -> Result<(), Stop> {
        self.silence().await
    }

    async fn gather(&mut self, gather: &Gather) -> Result<Gathered, Stop> {
        self.answer_now().await?;
        self.collect(gather).await
    }

    fn forget_keys(&mut self) {
        // An event that ends the call stays noticed: the next primitive meets a channel that is gone.
        while let Some(event) = self.events.ready() {
            let ending = self.take(event.clone()).is_err();
            if ending {
                self.inbox.put(event);
                break;
            }
        }
        self.keys.clear();
    }

    async fn pause(&mut self, time: Duration) -> Result<(), Stop> {
        self.undivided().await?;
        let until = Instant::now() + time;
        while self.next(until).await?.is_some() {}
        Ok(())
    }

    async fn record(&mut self, record: &Record) -> Result<Recorded, Stop> {
        self.undivided().await?;
        self.make_recording(record).await
    }

    async fn dial(&mut self, dial: &Dial, take: Take) -> Result<Dialled, Stop> {
        self.undivided().await?;
        self.dial_party(dial, take).await
    }

    async fn send_digits(&mut self, digits: &str) -> Result<(), Stop> {
        self.undivided().await?;
        let ari = self.services.ari.clone();
        let answer = ari.send_dtmf(&self.record.channel, digits).await;
        self.judge(answer).await
    }

    async fn refer(&mut self, refer: &Refer, take: Take) -> Result<Referred, Stop> {
        self.undivided().await?;
        self.refer_once(refer, take).await
    }

    async fn star(&mut self, keys: &str, wait: Duration, take: Take) -> Result<Referred, Stop> {
        self.undivided().await?;
        self.ask_by_keys(keys, wait, take).await
    }

    fn transfer_went(&mut self, transferred: &Transferred<'_>) {
        let Transferred { method, outcome, detail } = transferred;
        tracing::info!(call = %self.record.id, method, outcome, detail, "a way to transfer was tried");
        let labels = [("method", (*method).to_owned()), ("outcome", (*outcome).to_owned())];
        metrics::counter!("stasisd_transfers_total", &labels).increment(1);
        self.tell(
            NoticeKind::CallTransfer,
            json!({ "method": method, "outcome": outcome, "detail": detail }),
        );
    }

    async fn continue_in(&mut self, place: &Place, why: &str) -> Result<(), Stop> {
        self.answer_now().await?;
        self.leave_for(place, why).await
    }

    async fn hang_up(&mut self) -> Result<(), Stop> {
        self.answer_now().await?;
        self.finish().await
    }
}

impl Leg {
    /// Before what needs the caller's ear: answers if that is owed, and stops what a key interrupted.
    async fn undivided(&mut self) -> Result<(), Stop> {
        self.answer_now().await?;
        self.silence().await
    }

    /// Answers if that is owed: a prompt that is ready does it by itself, for two commands at once cost less than
    /// one after the other.
    pub(super) async fn answer_now(&mut self) -> Result<(), Stop> {
        if !self.answer_owed {
            return Ok(());
        }
        let ari = self.ari();
        let channel = &self.record.channel;
        let answering = self.services.registry.answering();
        let answer = if self.record.taken_up == 0 {
            ari.answer_fresh(channel).await
        } else {
            ari.answer(channel).await
        };
        drop(answering);
        self.answered(answer).await
    }

    /// Takes note of what came of answering.
    pub(super) async fn answered(&mut self, answer: Result<(), AriError>) -> Result<(), Stop> {
        self.judge(answer).await?;
        self.answer_owed = false;
        self.record.answered_at = Some(Self::now());
        self.starting = None;
        self.save();
        Ok(())
    }
}
