//! One gateway: its rules, and the state that its calls share.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};
use serde::Serialize;
use tokio::sync::Notify;

use super::{
    NotNow, Refused, Slot,
    counts::{Day, Lines},
    endpoints::Endpoints,
    number::{Grammar, Taken},
    pace::Pace,
    throttle::Throttle,
};
use crate::{
    config::{GatewayConfig, TransferMethod},
    model::{Lane, PhoneNumber, mask},
};

/// A gateway.
#[derive(Debug)]
pub struct Gateway {
    name: String,
    grammar: Grammar,
    caller_id: Option<PhoneNumber>,
    /// None: any.
    caller_ids: Option<Vec<PhoneNumber>>,
    transfer: Vec<TransferMethod>,
    calls_per_second: f64,
    max_calls: u32,
    state: Mutex<State>,
    freed: Notify,
}

/// What calls change. No lock is held while anything waits.
#[derive(Debug)]
pub(super) struct State {
    pub(super) lines: Lines,
    pub(super) day: Day,
    pub(super) endpoints: Endpoints,
    pub(super) throttle: Throttle,
    pace: Pace,
    /// Of what goes out.
    wire: Pace,
}

/// How a gateway does, for eyes and metrics.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Calls at this moment, and at most.
    pub calls: u32,
    /// At most.
    pub max_calls: u32,
    /// Calls of this day.
    pub calls_today: u32,
    /// At most; 0 for no limit.
    pub max_calls_per_day: u32,
    /// Calls that may begin in a second: less than configured while it is slowed down.
    pub calls_per_second: f64,
    /// As configured.
    pub max_calls_per_second: f64,
    /// Its ways out.
    pub endpoints: Vec<EndpointStatus>,
}

/// How an endpoint does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EndpointStatus {
    /// Its name.
    pub name: String,
    /// Until when it is set aside, if it is.
    pub set_aside_until: Option<Timestamp>,
}

impl Gateway {
    pub(super) fn new(name: &str, config: &GatewayConfig, zone: TimeZone) -> Result<Self, String> {
        let number = |text: &String| {
            PhoneNumber::parse(text, None).map_err(|e| format!("gateways.{name}: caller id {text:?}: {e}"))
        };
        let default = Some(&config.caller_id).filter(|id| !id.is_empty()).map(number).transpose()?;
        let is_any = config.caller_ids.iter().any(|id| id == "*");
        let named: Result<Vec<_>, _> = config.caller_ids.iter().filter(|id| *id != "*").map(number).collect();
        let named = named?;
        Ok(Self {
            name: name.to_owned(),
            grammar: Grammar::new(name, config),
            caller_ids: (!is_any).then(|| named.into_iter().chain(default.clone()).collect()),
            caller_id: default,
            transfer: config.transfer.clone(),
            calls_per_second: config.calls_per_second,
            max_calls: config.max_calls,
            state: Mutex::new(State {
                lines: Lines::new(config),
                day: Day::new(config, zone),
                endpoints: Endpoints::new(config),
                throttle: Throttle::new(config.slow_after, config.recover_secs),
                pace: Pace::default(),
                wire: Pace::default(),
            }),
            freed: Notify::new(),
        })
    }

    /// Its name in the configuration.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How its calls can be handed on, the first choice first.
    #[must_use]
    pub fn transfer(&self) -> &[TransferMethod] {
        &self.transfer
    }

    /// Whether it takes a number.
    ///
    /// # Errors
    /// It does not, why, and how to mend it.
    pub fn takes(&self, number: &PhoneNumber) -> Result<(), Refused> {
        self.grammar.take(number).map(drop)
    }

    pub(super) fn takes_as(&self, number: &PhoneNumber) -> Option<Taken> {
        self.grammar.take(number).ok()
    }

    /// The number to show: the wanted one if it is allowed, else the default; none: the endpoint's own.
    ///
    /// # Errors
    /// The wanted number is not allowed.
    pub fn caller_id(&self, wanted: Option<&PhoneNumber>) -> Result<Option<PhoneNumber>, Refused> {
        let Some(wanted) = wanted else { return Ok(self.caller_id.clone()) };
        // One that came from a table or a message may be any text.
        let digits = wanted.as_str().strip_prefix('+').unwrap_or(wanted.as_str());
        if !(1..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Refused::NotANumber);
        }
        if self.caller_ids.as_ref().is_none_or(|allowed| allowed.contains(wanted)) {
            return Ok(Some(wanted.clone()));
        }
        Err(Refused::CallerId { number: mask(wanted.as_str()), gateway: self.name.clone() })
    }

    /// Room for one call now. It counts against calls in a second, at once, in the day and to the number.
    ///
    /// # Errors
    /// There is none now, and when to ask again; nothing was counted.
    pub fn take(self: &Arc<Self>, lane: Lane, number: &PhoneNumber, now: Timestamp) -> Result<Slot, NotNow> {
        let taken = self.grammar.take(number).map_err(NotNow::Refused)?;
        let mut guard = self.state();
        let state = &mut *guard;
        state.day.turn(now);
        state.day.room(number, now)?;
        state.lines.room(lane)?;
        let chosen = state.endpoints.choose(now)?;
        let Some(endpoint) = state.endpoints.get(chosen.index) else { return Err(NotNow::Full) };
        let (name, dial_string) = (endpoint.name.clone(), taken.dial_string(&endpoint.template));
        // The last to ask, because it cannot be given back.
        let rate = self.calls_per_second * state.throttle.part(now);
        state.pace.take(rate, now).map_err(NotNow::After)?;
        state.lines.take(lane);
        state.day.count(number, 1);
        state.endpoints.use_it(chosen, now);
        drop(guard);
        Ok(Slot::new(self.clone(), chosen, name, dial_string, lane, number.clone(), now))
    }

    /// Whether a call that has a slot may go out now. Between the two lie a prompt that is rendered and a commit,
    /// which take now more and now less time: what left the one evenly does not arrive so at the other.
    ///
    /// # Errors
    /// How long to wait before asking again.
    pub fn gate(&self, now: Timestamp) -> Result<(), Duration> {
        let mut state = self.state();
        let rate = self.calls_per_second * state.throttle.part(now);
        state.wire.take(rate, now)
    }

    /// Told when a line is freed, or an endpoint can be tried or is back. It keeps one notice for whoever waits
    /// next, so one task waits for it at a time.
    #[must_use]
    pub fn freed(&self) -> &Notify {
        &self.freed
    }

    /// When the gateway's day began: calls since then are [`Gateway::counted`] after a restart.
    #[must_use]
    pub fn day_began(&self, now: Timestamp) -> Timestamp {
        self.state().day.began(now)
    }

    /// Adds calls of this day that were made before a restart: how many to each number.
    pub fn counted(&self, calls: impl IntoIterator<Item = (PhoneNumber, u32)>, now: Timestamp) {
        let mut state = self.state();
        state.day.turn(now);
        for (number, calls) in calls {
            state.day.count(&number, calls);
        }
    }

    /// How it does.
    #[must_use]
    pub fn status(&self, now: Timestamp) -> Status {
        let state = self.state();
        let endpoint =
            |(name, until): (&str, _)| EndpointStatus { name: name.to_owned(), set_aside_until: until };
        Status {
            name: self.name.clone(),
            calls: state.lines.in_use(),
            max_calls: self.max_calls,
            calls_today: state.day.calls(now),
            max_calls_per_day: state.day.max(),
            max_calls_per_second: self.calls_per_second,
            calls_per_second: self.calls_per_second * state.throttle.part(now),
            endpoints: state.endpoints.states(now).map(endpoint).collect(),
        }
    }

    /// Counts stay right whatever panicked elsewhere: each change is whole before the lock is let go.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn rate(&self, part: f64) -> f64 {
        self.calls_per_second * part
    }
}
