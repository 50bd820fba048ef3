//! The room of one call in a gateway, freed when dropped.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    Gateway,
    endpoints::{Changed, Chosen, Health},
};
use crate::model::{Lane, PhoneNumber, Reach};

/// One line of a gateway, until it is dropped.
#[derive(Debug)]
pub struct Slot {
    gateway: Arc<Gateway>,
    chosen: Chosen,
    endpoint: String,
    dial_string: String,
    lane: Lane,
    number: PhoneNumber,
    begun: Timestamp,
    is_settled: bool,
}

/// What the outcome of a call changed about its gateway.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// It is congested: so many calls in a second from now on.
    Slowed {
        /// Calls in a second.
        calls_per_second: f64,
    },
    /// An endpoint failed too often and is not used until then.
    SetAside {
        /// Which.
        endpoint: String,
        /// Until when.
        until: Timestamp,
        /// What came of the last call over it.
        why: String,
    },
    /// An endpoint that was set aside works again.
    TakenBack {
        /// Which.
        endpoint: String,
    },
}

impl Slot {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        chosen: Chosen,
        endpoint: String,
        dial_string: String,
        lane: Lane,
        number: PhoneNumber,
        begun: Timestamp,
    ) -> Self {
        Self { gateway, chosen, endpoint, dial_string, lane, number, begun, is_settled: false }
    }

    /// The gateway.
    #[must_use]
    pub fn gateway(&self) -> &Arc<Gateway> {
        &self.gateway
    }

    /// The endpoint's name in the configuration.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// What Asterisk is told to dial: the template's own text and the number's digits.
    #[must_use]
    pub fn dial_string(&self) -> &str {
        &self.dial_string
    }

    /// The far end rings or answered: the endpoint works, which a long call need not end to tell.
    pub fn rings(&mut self, now: Timestamp) -> Option<Change> {
        let mut state = self.gateway.state();
        let changed = state.endpoints.came_out(self.chosen, Health::Works, self.begun, now);
        drop(state);
        let change = changed.map(|changed| self.told(changed, None));
        if change.is_some() {
            // It is a call like others now, and so its end says nothing about the trial.
            self.chosen.is_trial = false;
            self.gateway.freed().notify_one();
        }
        change
    }

    /// What came of the call. Once: what is told later is not heard.
    ///
    /// Congestion slows the gateway down; congestion and an unusable endpoint count against the endpoint; whatever
    /// shows that the far end was reached mends it. Cancelled and unknown calls say nothing.
    pub fn came_out(&mut self, reach: Reach, tech_cause: Option<i32>, now: Timestamp) -> Vec<Change> {
        if std::mem::replace(&mut self.is_settled, true) {
            return Vec::new();
        }
        let health = health(reach);
        let mut state = self.gateway.state();
        let is_slower = health.0 && state.throttle.came_out(reach == Reach::Congestion, self.begun, now);
        let rate = self.gateway.rate(state.throttle.part(now));
        let changed = state.endpoints.came_out(self.chosen, health.1, self.begun, now);
        drop(state);
        let slowed = is_slower.then_some(Change::Slowed { calls_per_second: rate });
        let why = tech_cause.map_or_else(|| format!("{reach:?}"), |code| format!("{reach:?} (SIP {code})"));
        slowed.into_iter().chain(changed.map(|changed| self.told(changed, Some(why)))).collect()
    }

    /// Frees the slot of a call that was not made after all: the day and the number are not charged for it.
    pub fn give_back(self) {
        self.gateway.state().day.forget(&self.number, self.begun);
    }

    fn told(&self, changed: Changed, why: Option<String>) -> Change {
        let endpoint = self.endpoint.clone();
        match changed {
            Changed::SetAside(until) => Change::SetAside { endpoint, until, why: why.unwrap_or_default() },
            Changed::TakenBack => Change::TakenBack { endpoint },
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut state = self.gateway.state();
        state.lines.free(self.lane);
        state.endpoints.trial_over(self.chosen);
        drop(state);
        self.gateway.freed().notify_one();
    }
}

impl Change {
    /// The data of a `gateway.changed` notice.
    #[must_use]
    pub fn data(&self, gateway: &str) -> Value {
        match self {
            Self::Slowed { calls_per_second } => json!({
                "gateway": gateway, "endpoint": null, "what": "slowed",
                "why": format!("congestion: {calls_per_second} calls in a second"),
            }),
            Self::SetAside { endpoint, until, why } => json!({
                "gateway": gateway, "endpoint": endpoint, "what": "set_aside",
                "why": format!("{why}: until {until}"),
            }),
            Self::TakenBack { endpoint } => json!({
                "gateway": gateway, "endpoint": endpoint, "what": "taken_back",
                "why": "a call came through",
            }),
        }
    }
}

/// Whether an outcome says anything about congestion, and what it says about the endpoint.
fn health(reach: Reach) -> (bool, Health) {
    match reach {
        Reach::Heard
        | Reach::HungUp
        | Reach::Machine
        | Reach::Busy
        | Reach::NoAnswer
        | Reach::Rejected
        | Reach::BadNumber => (true, Health::Works),
        Reach::Congestion => (true, Health::Fails),
        Reach::Unreachable => (false, Health::Fails),
        Reach::Cancelled | Reach::Unknown | Reach::Failed => (false, Health::Unknown),
    }
}
