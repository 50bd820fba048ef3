//! The scope that settles each call exactly once: whatever its flow did, also when it panicked.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use jiff::Timestamp;
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use super::{
    inbox::{HandOn, LegEvent},
    leg::{Leg, Services},
    line::{Place, Take},
};
use crate::{
    model::{CallRecord, CallState, Direction, Disposition, Ended, Fault, NoticeKind, Stop},
    tasks::clock,
};

/// How long a settling call waits for the event that tells its cause.
const LAST_WORD: Duration = Duration::from_secs(2);

/// How long a call may take to end, each time it is tried.
const CLOSING: Duration = Duration::from_secs(60);
/// How long a call that is to end waits for a connection.
const FOR_EVER: Duration = Duration::from_secs(365 * 86_400);

/// What is held with a caller: a flow, as the scope sees it.
pub trait Conversation: Send {
    /// Talks until the call stops. `Ok` means that the flow came to its end.
    fn talk<'a>(&'a mut self, leg: &'a mut Leg, take: Take) -> BoxFuture<'a, Result<(), Stop>>;

    /// Hands the call on, because somebody asked for it. `Ok` means that nobody took it.
    fn hand_on<'a>(&'a mut self, _leg: &'a mut Leg, _to: HandOn) -> BoxFuture<'a, Result<(), Stop>> {
        Box::pin(std::future::ready(Ok(())))
    }
}

/// How a call was settled.
#[derive(Clone, Debug)]
pub struct Settled {
    /// Its last record.
    pub record: Arc<CallRecord>,
    /// How it stopped.
    pub stop: Stop,
    /// The first key that was pressed.
    pub first_key: Option<char>,
    /// What Asterisk said last of our dialling it (`BUSY`, `ANSWER`, ...); empty for a call that came in.
    pub dial_status: String,
    /// Its channel was no more when it was looked for: nobody saw its end.
    pub is_unseen: bool,
}

/// Runs a conversation over a leg to its end, over lost connections too, and settles the call.
pub async fn settle(mut leg: Leg, conversation: &mut impl Conversation, take: Take) -> Settled {
    let stop = match take {
        Take::Anew => converse(&mut leg, conversation, Take::Anew).await,
        Take::Up => take_up(&mut leg, conversation, "restart").await,
    };
    let mut stop = stop;
    loop {
        stop = match stop {
            Stop::Ended(Ended::Lost) => match leg.restored().await {
                Ok(()) => take_up(&mut leg, conversation, "reconnect").await,
                Err(stop) => stop,
            },
            Stop::Ended(Ended::HandOn) => hand_on(&mut leg, conversation).await,
            _ => break,
        };
    }
    leg.starting = None;
    leg.drop_peer().await;
    let end = leg.close_for_certain(stop).await;
    let record = leg.write(&end);
    let (first_key, is_unseen) = (leg.first_key, leg.unseen);
    Settled { record, stop: end, first_key, dial_status: leg.dial_status, is_unseen }
}

async fn take_up(leg: &mut Leg, conversation: &mut impl Conversation, why: &str) -> Stop {
    match leg.take_up(why).await {
        Ok(()) => converse(leg, conversation, Take::Up).await,
        Err(stop) => stop,
    }
}

/// Hands the call on; one that nobody took goes on at its step.
async fn hand_on(leg: &mut Leg, conversation: &mut impl Conversation) -> Stop {
    let is_vain = leg.record.direction == Direction::Outbound && leg.record.answered_at.is_none();
    if let Some(to) = leg.wanted.take().filter(|_| !is_vain) {
        leg.drop_peer().await;
        leg.stop_playing().await;
        let deadline = leg.deadline;
        let handing = AssertUnwindSafe(conversation.hand_on(leg, to)).catch_unwind();
        match timeout_at(deadline, handing).await {
            Err(_) => return Ended::Deadline.into(),
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(stop))) => return stop,
            Ok(Err(_)) => return Fault::Flow("handing on panicked; the log has the place".to_owned()).into(),
        }
    }
    converse(leg, conversation, Take::Up).await
}

async fn converse(leg: &mut Leg, conversation: &mut impl Conversation, take: Take) -> Stop {
    // The leg says so itself, unless the conversation waits for something else.
    let deadline = leg.deadline;
    let talk = AssertUnwindSafe(conversation.talk(leg, take)).catch_unwind();
    match timeout_at(deadline, talk).await {
        Err(_) => Ended::Deadline.into(),
        Ok(Ok(Ok(()))) => Ended::Finished.into(),
        Ok(Ok(Err(stop))) => stop,
        Ok(Err(_)) => Fault::Flow("the conversation panicked; the log has the place".to_owned()).into(),
    }
}

impl Leg {
    /// Makes the end a fact, over lost connections too: what was decided stays decided.
    async fn close_for_certain(&mut self, stop: Stop) -> Stop {
        let mut stop = stop;
        loop {
            self.more_time(CLOSING);
            if stop == Stop::Ended(Ended::Overrun) {
                self.events.start_over();
            }
            let end = self.close(stop.clone()).await;
            if end != Stop::Ended(Ended::Lost) {
                return end;
            }
            // It comes back at some time or the process ends, and the next one takes the call up.
            self.more_time(FOR_EVER);
            if let Err(other) = self.restored().await {
                stop = other;
            }
        }
    }

    /// Makes the end a fact: hangs up, hands back, or waits for the last word. Returns how it really ended.
    async fn close(&mut self, stop: Stop) -> Stop {
        match stop {
            Stop::Ended(Ended::HungUp { cause, tech_cause }) => {
                self.record.cause = cause;
                self.record.tech_cause = tech_cause;
                self.last_word().await;
                // It ended just before the look at it, and tells why just after.
                self.unseen &= self.record.cause.is_none() && self.record.tech_cause.is_none();
                stop
            }
            Stop::Ended(Ended::LeftStasis) if self.leaving => stop,
            Stop::Ended(Ended::LeftStasis) => self.taken_away(stop).await,
            Stop::Ended(Ended::Finished) if self.hung_up => {
                self.last_word().await;
                stop
            }
            Stop::Ended(Ended::Finished) if self.unmade => stop,
            Stop::Ended(Ended::Finished) => match self.finish().await {
                Err(Stop::Ended(Ended::Lost)) => Ended::Lost.into(),
                _ => stop,
            },
            Stop::Ended(Ended::Lost) => stop,
            // Who was called by us has nothing to do with the dialplan's fallback.
            stop if self.record.direction == Direction::Outbound => {
                if let Stop::Fault(fault) = &stop {
                    self.record.detail = Some(fault.to_string());
                }
                if self.unmade {
                    return stop;
                }
                match self.finish().await {
                    Err(Stop::Ended(Ended::Lost)) => Ended::Lost.into(),
                    _ => stop,
                }
            }
            stop => self.hand_back(stop).await,
        }
    }

    /// Gives a call that cannot go on to the dialplan's fallback; hangs up when even that fails.
    async fn hand_back(&mut self, stop: Stop) -> Stop {
        let why = match &stop {
            Stop::Fault(fault) => fault.to_string(),
            Stop::Ended(ended) => format!("{ended:?}").to_lowercase(),
        };
        tracing::warn!(call = %self.record.id, step = %self.record.position.step, why, "call handed back");
        let place = Place {
            context: self.services.config.fallback_context.clone(),
            extension: self.services.config.fallback_extension.clone(),
            priority: 1,
        };
        match self.leave_for(&place, &why).await {
            Err(Stop::Ended(ended @ (Ended::HungUp { .. } | Ended::Lost))) => ended.into(),
            Err(Stop::Fault(fault)) => {
                tracing::error!(call = %self.record.id, %fault, "the fallback did not take the call: hanging up");
                self.record.detail = Some(format!("{why}; fallback: {fault}"));
                let _ = self.finish().await;
                stop
            }
            _ => stop,
        }
    }

    /// Waits a little for the event that makes a hangup a fact: `StasisEnd`, after which a channel that
    /// nobody subscribed to tells nothing more, or `ChannelDestroyed`, which tells the causes.
    async fn last_word(&mut self) {
        let until = Instant::now() + LAST_WORD;
        while let Ok(Some(event)) = timeout_at(until, self.events.next()).await {
            match event {
                LegEvent::Destroyed { cause, tech_cause } => {
                    self.record.cause = cause.or(self.record.cause);
                    self.record.tech_cause = tech_cause.or(self.record.tech_cause);
                    return;
                }
                LegEvent::Gone => return,
                // One that we dialled is subscribed to: its end and the causes follow.
                LegEvent::LeftStasis if self.record.direction == Direction::Inbound => return,
                _ => {}
            }
        }
    }

    /// The channel left Stasis and we did not send it: it ended, or somebody redirected it.
    async fn taken_away(&mut self, stop: Stop) -> Stop {
        if let Ok(None) = self.services.ari.channel(&self.record.channel).await {
            Ended::HungUp { cause: None, tech_cause: None }.into()
        } else {
            self.record.detail = Some("taken out of Stasis by somebody else".to_owned());
            stop
        }
    }

    /// Writes the record and tells everybody.
    fn write(&mut self, stop: &Stop) -> Arc<CallRecord> {
        let handed_back = stop.disposition() == Disposition::HandedBack;
        let disposition = if handed_back && !self.leaving { Disposition::HungUp } else { stop.disposition() };
        let is_refused = self.refused && disposition == Disposition::Completed;
        let disposition = if is_refused { Disposition::Rejected } else { disposition };
        let record = &mut self.record;
        let is_vain = record.direction == Direction::Outbound && record.answered_at.is_none();
        end(record, if is_vain { Disposition::Unanswered } else { disposition }, clock::now());
        let record = Arc::new(record.clone());
        publish(&self.services, Arc::clone(&record));
        record
    }
}

/// Settles a stored call whose channel is no more: how it ended was not seen.
pub fn settle_unseen(services: &Services, record: &CallRecord) {
    let mut record = record.clone();
    record.detail = Some("ended while no daemon was watching".to_owned());
    end(&mut record, Disposition::EndedUnseen, clock::now());
    publish(services, Arc::new(record));
}

fn end(record: &mut CallRecord, disposition: Disposition, now: Timestamp) {
    record.state = CallState::Ended;
    record.ended_at = Some(now);
    record.disposition = Some(disposition);
}

fn publish(services: &Services, record: Arc<CallRecord>) {
    let disposition = record.disposition;
    // Not at `info`: the record and the event tell it, and a line for each call costs what a command costs.
    tracing::debug!(call = %record.id, ?disposition, cause = record.cause, "call ended");
    let label = serde_json::to_value(disposition).ok().and_then(|v| v.as_str().map(str::to_owned));
    metrics::counter!("stasisd_calls_total", "disposition" => label.unwrap_or_default()).increment(1);
    let data = json!({ "disposition": disposition, "cause": record.cause, "detail": record.detail });
    services.feed.post(NoticeKind::CallEnded, Some(record.id), data);
    services.registry.leave(record.id);
    services.journal.save(record);
}
