//! Whether new calls may start: how many wait, and how quickly they come.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Instant,
};

use super::standing::Standing;
use crate::{config::CallsConfig, limits::Rate};

/// What part of `max_starting` may stand, and how many may however small it is.
const FEW: usize = 4;
const FEWEST: usize = 8;

/// Why a new call is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// As many calls are up as the configuration allows.
    Full,
    /// Asterisk or we are behind: its events come late, or too many calls have come and are not answered.
    Overloaded,
    /// Asterisk is told to answer more calls than it answers: they stand in a queue.
    Queueing,
    /// More calls come in a second than the configuration allows.
    TooFast,
    /// The daemon is stopping.
    Draining,
}

impl Refusal {
    /// The word for logs, metrics and events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Overloaded | Self::Queueing => "overloaded",
            Self::TooFast => "too_fast",
            Self::Draining => "draining",
        }
    }
}

/// What was answered since the start, and what waits for its answer now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Calls that Asterisk was told to answer and has answered, or failed to.
    pub answered: u64,
    /// Calls that Asterisk was told to answer and has not yet.
    pub answering: usize,
}

/// Those that start, and those that ask to.
#[derive(Debug)]
pub(super) struct Admission {
    starting: AtomicUsize,
    /// Those of them that Asterisk was told to answer: what they wait for is not a lookup or a voice.
    answering: AtomicUsize,
    answered: AtomicU64,
    standing: Standing,
    max_starting: usize,
    rate: Rate,
}

/// Counts a call as starting until it is dropped (answered, or given up).
#[derive(Debug)]
pub struct Starting(Arc<Admission>);

impl Drop for Starting {
    fn drop(&mut self) {
        self.0.starting.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Counts a call as being answered by Asterisk until it is dropped.
#[derive(Debug)]
pub struct Answering(Arc<Admission>);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.answered.fetch_add(1, Ordering::AcqRel);
        let before = self.0.answering.fetch_sub(1, Ordering::AcqRel);
        self.0.standing.has_stood(before.saturating_sub(1), Instant::now());
    }
}

impl Admission {
    /// With the configured caps.
    pub(super) fn new(config: &CallsConfig) -> Self {
        Self {
            starting: AtomicUsize::new(0),
            answering: AtomicUsize::new(0),
            answered: AtomicU64::new(0),
            standing: Standing::new((config.max_starting / FEW).max(FEWEST)),
            max_starting: config.max_starting,
            rate: Rate::per_second(config.max_per_second),
        }
    }

    /// Asks for room for a new call; says why there is none.
    pub(super) fn admit(self: &Arc<Self>, now: Instant) -> Result<Starting, Refusal> {
        let before = self.starting.fetch_add(1, Ordering::AcqRel);
        let starting = Starting(Arc::clone(self));
        let answering = self.answering.load(Ordering::Acquire);
        let is_queue = self.standing.has_stood(answering, now);
        if before >= self.max_starting {
            return Err(Refusal::Overloaded);
        }
        if is_queue {
            return Err(Refusal::Queueing);
        }
        // Last, so that only calls that are taken count.
        if self.rate.has_room() { Ok(starting) } else { Err(Refusal::TooFast) }
    }

    /// Counts a call as starting whatever the caps.
    pub(super) fn admit_anyway(self: &Arc<Self>) -> Starting {
        self.starting.fetch_add(1, Ordering::AcqRel);
        Starting(Arc::clone(self))
    }

    /// Counts a call as being answered.
    pub(super) fn answering(self: &Arc<Self>) -> Answering {
        let before = self.answering.fetch_add(1, Ordering::AcqRel);
        self.standing.has_stood(before, Instant::now());
        Answering(Arc::clone(self))
    }

    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            answered: self.answered.load(Ordering::Acquire),
            answering: self.answering.load(Ordering::Acquire),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::Config;

    #[test]
    fn answers_that_stay_away_are_refused_before_the_limit() {
        let config = CallsConfig { max_starting: 100, ..Config::defaults().unwrap().calls };
        let admission = Arc::new(Admission::new(&config));
        let begun = Instant::now();
        let late = begun + Duration::from_secs(2);
        let waiting: Vec<_> = (0..60).map(|_| admission.admit(begun).unwrap()).collect();
        assert!(admission.admit(late).is_ok(), "what they wait for may be a lookup or a voice");
        let mut answering: Vec<_> = (0..40).map(|_| admission.answering()).collect();
        assert_eq!(admission.traffic(), Traffic { answered: 0, answering: 40 });
        assert!(admission.admit(begun + Duration::from_millis(400)).is_ok());
        assert_eq!(admission.admit(late).unwrap_err(), Refusal::Queueing);
        answering.truncate(100 / FEW);
        assert_eq!(admission.traffic(), Traffic { answered: 15, answering: 25 });
        assert!(admission.admit(late).is_ok(), "no more wait than always may");
        let full: Vec<_> = (0..100).map_while(|_| admission.admit(Instant::now()).ok()).collect();
        assert_eq!(full.len() + waiting.len(), 100, "the limit is the limit, also at once");
    }
}
