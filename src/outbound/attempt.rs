//! An attempt from the line that is free to what its end means for the order.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep, timeout};

use super::{
    Outbound,
    gateway::Slot,
    outcall::Outcall,
    plan::{self, AttemptFacts, Next},
};
use crate::{
    calls::{Leg, Outgoing, Settled, Take, call_of, inbox, settle},
    flow::{Directory, Talk},
    model::{
        Attempt, AttemptState, CallOrder, CallOrderId, CallRecord, CallState, Direction, Disposition, Ended,
        Fault, OrderEnd, OrderState, PhoneNumber, Position, Reach, Stop,
    },
    tasks::clock,
};

/// How long what is known in advance may take to be rendered before the call is dialled all the same.
const RENDERING: Duration = Duration::from_secs(8);

/// Asterisk's Q.850 cause when our own limit of the ringing was reached.
const RINGING_OVER: i32 = 19;
/// RFC 3261 §21.6.2: what `chan_pjsip` says too of a call that Asterisk itself refuses.
const DECLINED: i32 = 603;
/// An Asterisk that stops hangs its channels up first; that it is stopping shows within this, when it is looked at
/// so often.
const STOPS_WITHIN: Duration = Duration::from_secs(2);
const STOPS: Duration = Duration::from_millis(100);
/// What is due within this is looked for at once.
const DUE_SOON: Duration = Duration::from_secs(1);

impl Outbound {
    /// Makes one attempt of an order that is in hand.
    pub(super) async fn attempt(self, order: CallOrder, slot: Slot) {
        let attempt = new_attempt(&order, &slot);
        let record = record_of(&order, &attempt);
        // The callee shall not wait for what could have been made before.
        let _ = timeout(RENDERING, self.prepare(&record)).await;
        if self.is_over(order.id) {
            return self.cancelled(order);
        }
        self.live(order, attempt, record, Some(slot), Take::Anew).await;
    }

    /// Takes up an attempt of an earlier life, whose channel is in Stasis.
    pub(super) async fn resume(
        self,
        order: CallOrder,
        attempt: Attempt,
        record: CallRecord,
        slot: Option<Slot>,
    ) {
        self.live(order, attempt, record, slot, Take::Up).await;
    }

    async fn live(
        self,
        mut order: CallOrder,
        attempt: Attempt,
        record: CallRecord,
        slot: Option<Slot>,
        take: Take,
    ) {
        let services = &self.inner.services;
        let (inbox, events) = inbox();
        let shared = Arc::new(record);
        if !services.registry.enter(&shared, &inbox) {
            // Cannot be: an order is in one pair of hands, and its channel's name is its own.
            tracing::error!(channel = %shared.channel, "a channel of this name is up already");
            return self.put_off(order, clock::now());
        }
        self.inner.hands.calls(order.id, shared.id);
        if take == Take::Anew {
            self.tell_call(&shared, &attempt);
        }
        order.attempts = order.attempts.max(attempt.id.number);
        services.journal.save_order(Arc::new(order.clone()));
        let outgoing = Outgoing {
            endpoint: slot.as_ref().map(|slot| slot.dial_string().to_owned()).unwrap_or_default(),
            caller_id: attempt.caller_id.as_ref().map(ToString::to_string),
            ring: Duration::from_secs(order.ring_timeout_secs.into()),
        };
        let talk = self.talk(&shared);
        let leg = Leg::new(services.clone(), CallRecord::clone(&shared), inbox, events, None);
        let amd = order.amd;
        let mut outcall = Outcall { engine: self.clone(), attempt, outgoing, amd, talk, slot };
        let settled = settle(leg, &mut outcall, take).await;
        let Outcall { mut attempt, mut slot, .. } = outcall;
        if attempt.sent != Some(false) {
            let is_silent = is_silent(&settled, &attempt);
            attempt.sent = if is_silent { self.was_sent(&attempt).await } else { Some(true) };
        }
        let is_cut_off = self.is_cut_off(&settled, &attempt).await;
        let attempt = self.came_out(&order, attempt, &settled, is_cut_off, slot.as_mut());
        let is_unsent = attempt.sent == Some(false);
        self.advance(order, attempt).await;
        match slot {
            Some(slot) if is_unsent => slot.give_back(),
            slot => drop(slot),
        }
        self.inner.trigger.notify_one();
    }

    /// Renders what the callee will surely hear.
    async fn prepare(&self, record: &CallRecord) {
        for prompt in self.talk(record).rehearse(record.position.clone()).await {
            let spoken =
                self.inner.services.speech.media(&prompt.text, &prompt.language, &prompt.recorded).await;
            if let Err(error) = spoken {
                tracing::debug!(call = %record.id, %error, "a prompt could not be made ahead");
            }
        }
    }

    fn talk(&self, record: &CallRecord) -> Talk {
        let (set, calls) = (self.inner.library.snapshot(), &self.inner.config.calls);
        let asked = Directory { orders: self.inner.orders.clone(), contacts: self.inner.contacts.clone() };
        let carriers = Arc::new(self.flow_carriers());
        Talk::new(set, asked, self.inner.web.clone(), carriers, record, calls)
    }

    /// Whether a call that the far end seems to have ended was ended by an Asterisk that is stopping.
    async fn is_cut_off(&self, settled: &Settled, attempt: &Attempt) -> bool {
        if !may_be_asterisks_own(settled, attempt) {
            return false;
        }
        let until = Instant::now() + STOPS_WITHIN;
        while !self.inner.services.ari.is_stopping().await {
            if Instant::now() >= until {
                return false;
            }
            sleep(STOPS).await;
        }
        true
    }

    /// What became of an attempt, from what was seen of its call.
    fn came_out(
        &self,
        order: &CallOrder,
        mut attempt: Attempt,
        settled: &Settled,
        is_cut_off: bool,
        slot: Option<&mut Slot>,
    ) -> Attempt {
        let record = &settled.record;
        let is_said = |name: &str| record.position.vars.get(name).map(|value| value.as_bool() == Some(true));
        let is_content = match (is_said("heard"), is_said("acknowledged")) {
            (None, None) => record.disposition == Some(Disposition::Completed),
            (heard, acknowledged) => heard == Some(true) || acknowledged == Some(true),
        };
        let is_cancelled = self.is_over(order.id);
        let reach = plan::reach(&AttemptFacts {
            acknowledged: is_said("acknowledged") == Some(true)
                || record.disposition == Some(Disposition::Transferred),
            heard: is_content,
            answered: record.answered_at.is_some(),
            rang: attempt.ringing_at.is_some(),
            rang_out: record.cause == Some(RINGING_OVER),
            cancelled: is_cancelled,
            hidden: settled.is_unseen,
            cut_off: is_cut_off,
            refused: matches!(settled.stop, Stop::Fault(Fault::Endpoint(_))),
            sent: attempt.sent,
            wants: order.amd,
            amd: attempt.amd.as_deref(),
            tech_cause: record.tech_cause,
            cause: record.cause,
            dial_status: Some(settled.dial_status.as_str()).filter(|status| !status.is_empty()),
        });
        let now = clock::now();
        if let Some(slot) = slot {
            for change in slot.came_out(reach, record.tech_cause, now) {
                self.tell_gateway(slot.gateway(), &change);
            }
        }
        let status = &settled.dial_status;
        attempt.state = AttemptState::Ended;
        attempt.ended_at = Some(now);
        attempt.reach = Some(reach);
        attempt.dial_status = (!status.is_empty()).then(|| status.clone()).or(attempt.dial_status);
        (attempt.cause, attempt.tech_cause) = (record.cause, record.tech_cause);
        attempt.answered_at = attempt.answered_at.or(record.answered_at);
        attempt.call = Some(record.id);
        attempt.heard = is_content;
        attempt.key = attempt.key.or(settled.first_key);
        attempt.detail.clone_from(&record.detail);
        if let Stop::Fault(fault) = &settled.stop {
            attempt.detail = Some(fault.to_string());
        }
        if is_cut_off {
            attempt.detail = Some("Asterisk was stopping and ended the call".to_owned());
        }
        attempt
    }

    /// What an attempt's end means for its order. Stored together; lost together, the next life decides it again.
    pub(super) async fn advance(&self, mut order: CallOrder, attempt: Attempt) {
        let former = self.former(&attempt).await;
        let ended_at = attempt.ended_at.unwrap_or_else(clock::now);
        order.attempts = order.attempts.max(attempt.id.number);
        if !attempt.is_void() {
            order.reach = attempt.reach;
        }
        let is_over = self.is_over(order.id);
        let next = if is_over {
            Next::End(OrderEnd::Cancelled, "cancelled".to_owned())
        } else if attempt.is_void() {
            let before = former.iter().rev().take_while(|attempt| attempt.is_void()).count();
            plan::unsent(&order, before + 1, ended_at, &self.inner.windows)
        } else {
            let made = former.iter().chain([&attempt]).filter(|attempt| !attempt.is_void());
            let reaches: Vec<Reach> = made.filter_map(|attempt| attempt.reach).collect();
            plan::next(&order, &reaches, ended_at, &self.inner.windows)
        };
        self.tell_attempt(&attempt);
        let journal = &self.inner.services.journal;
        let channel = attempt.id.channel();
        journal.save_attempt(Arc::new(attempt));
        self.forget(channel);
        let newer = if matches!(next, Next::Again(_)) { self.newer(&order).await } else { None };
        match next {
            Next::Again(_) if self.inner.hands.get(order.id).is_some_and(|order| order.is_last) => {
                let why = "what it tells has changed since".to_owned();
                self.end(order, OrderEnd::Cancelled, why, ended_at);
            }
            Next::Again(_) if newer.is_some() => {
                let newer = newer.map(|id| format!("replaced by {id}")).unwrap_or_default();
                self.end(order, OrderEnd::Cancelled, newer, ended_at);
            }
            Next::Again(at) => {
                self.put_off(order, at);
                if at <= clock::now() + DUE_SOON {
                    // Whoever looks for due orders looks on the disk.
                    let _ = self.inner.services.journal.flushed().await;
                }
            }
            Next::End(end, why) => self.end(order, end, why, ended_at),
        }
    }

    /// Ends an order.
    pub(super) fn end(&self, mut order: CallOrder, end: OrderEnd, why: String, at: jiff::Timestamp) {
        order.state = OrderState::Ended;
        order.end = Some(end);
        order.detail = Some(why);
        order.ended_at = Some(at);
        self.inner.services.journal.save_order(Arc::new(order.clone()));
        self.order_ended(&order);
        self.inner.hands.release(order.id);
    }

    /// A newer order about the same, that was accepted while this one was being called.
    async fn newer(&self, order: &CallOrder) -> Option<CallOrderId> {
        self.inner.store.newer_call_order(order).await.unwrap_or_else(|error| {
            tracing::warn!(order = %order.id, %error, "it cannot be told whether a newer order replaces this one");
            None
        })
    }

    /// An order's earlier attempts.
    async fn former(&self, attempt: &Attempt) -> Vec<Attempt> {
        if attempt.id.number <= 1 {
            return Vec::new();
        }
        match self.inner.store.attempts_of(attempt.id.order).await {
            Ok(all) => all.into_iter().filter(|other| other.id != attempt.id).collect(),
            Err(error) => {
                // Counted all the same, as what this one came to: rather too few calls than too many.
                tracing::warn!(order = %attempt.id.order, %error, "the earlier attempts cannot be read");
                vec![attempt.clone(); attempt.id.number as usize - 1]
            }
        }
    }
}

/// Whether Asterisk has told nothing of the call: it may have been gone, or the command never have arrived.
fn is_silent(settled: &Settled, attempt: &Attempt) -> bool {
    let record = &settled.record;
    record.cause.is_none()
        && record.tech_cause.is_none()
        && attempt.ringing_at.or(attempt.answered_at).is_none()
}

/// Whether the end of a call may be Asterisk's own doing. A SIP code other than 603 was the far end's, and so was the
/// end of a call that it heard to the end; our own limit of the ringing was ours.
fn may_be_asterisks_own(settled: &Settled, attempt: &Attempt) -> bool {
    let (cause, code) = (settled.record.cause, settled.record.tech_cause);
    let is_silent = code.is_none_or(|code| code == DECLINED || code < 300);
    matches!(settled.stop, Stop::Ended(Ended::HungUp { .. }))
        && !settled.is_unseen
        && (attempt.answered_at.is_some() || is_silent && cause.is_none_or(|it| [16, 21].contains(&it)))
}

fn new_attempt(order: &CallOrder, slot: &Slot) -> Attempt {
    let id = order.id.attempt(order.attempts + 1);
    Attempt {
        caller_id: order.caller_id.clone(),
        call: Some(call_of(&id.channel())),
        ..Attempt::new(id, order.number.clone(), &order.gateway, slot.endpoint(), clock::now())
    }
}

fn record_of(order: &CallOrder, attempt: &Attempt) -> CallRecord {
    let channel = attempt.id.channel();
    CallRecord {
        id: call_of(&channel),
        channel,
        direction: Direction::Outbound,
        state: CallState::Live,
        caller: order.caller_id.as_ref().map(PhoneNumber::to_string),
        caller_name: None,
        called: Some(order.number.to_string()),
        gateway: Some(order.gateway.clone()),
        language: order.language.clone(),
        position: Position { flow: order.flow.clone(), vars: order.facts.clone(), ..Position::default() },
        started_at: attempt.dialled_at,
        answered_at: None,
        ended_at: None,
        disposition: None,
        cause: None,
        tech_cause: None,
        detail: None,
        route: None,
        taken_up: 0,
    }
}
