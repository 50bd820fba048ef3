//! A circuit breaker: an endpoint that fails again and again is left alone for a while.

use std::time::Duration;

use tokio::time::Instant;

/// When it opens and for how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// Failures in a row that open it, at least 1.
    pub(super) failures: u32,
    /// How long nobody asks, before one may try.
    pub(super) open_for: Duration,
}

/// Whether the endpoint may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Everybody may ask; so many failures in a row so far.
    Closed(u32),
    /// Nobody may ask, since then.
    Open(Instant),
    /// One was let through to try, at that time, and has not come back.
    HalfOpen(Instant),
}

impl State {
    /// Whether a request may go out now, and the state after that.
    pub(super) fn ask(self, now: Instant, limits: &Limits) -> (bool, Self) {
        match self {
            Self::Closed(_) => (true, self),
            // Also when the one that tried never came back (its caller hung up): the next one tries.
            Self::Open(since) | Self::HalfOpen(since) if now >= since + limits.open_for => {
                (true, Self::HalfOpen(now))
            }
            Self::Open(_) | Self::HalfOpen(_) => (false, self),
        }
    }

    /// The state after a request that went out came to its end.
    pub(super) fn after(self, is_success: bool, now: Instant, limits: &Limits) -> Self {
        match (self, is_success) {
            // One that was asked before it opened: what counts is the one that tries.
            (Self::Open(_), _) => self,
            (_, true) => Self::Closed(0),
            (Self::HalfOpen(_), false) => Self::Open(now),
            (Self::Closed(failures), false) if failures + 1 >= limits.failures.max(1) => Self::Open(now),
            (Self::Closed(failures), false) => Self::Closed(failures + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { failures: 3, open_for: Duration::from_secs(30) };

    fn times() -> impl Fn(u64) -> Instant {
        let start = Instant::now();
        move |seconds| start + Duration::from_secs(seconds)
    }

    #[test]
    fn opens_after_failures_in_a_row() {
        let at = times();
        let fail = |state: State| state.after(false, at(1), &LIMITS);
        let two = fail(fail(State::Closed(0)));
        assert_eq!(two, State::Closed(2));
        assert_eq!(fail(two), State::Open(at(1)));
        assert_eq!(two.after(true, at(1), &LIMITS), State::Closed(0));
    }

    #[test]
    fn one_tries_when_the_time_is_over() {
        let at = times();
        let open = State::Open(at(0));
        assert_eq!(open.ask(at(29), &LIMITS), (false, open));
        let (may, half) = open.ask(at(30), &LIMITS);
        assert!(may);
        assert_eq!(half.ask(at(31), &LIMITS), (false, half));
        assert_eq!(half.after(true, at(31), &LIMITS), State::Closed(0));
        assert_eq!(half.after(false, at(31), &LIMITS), State::Open(at(31)));
    }

    #[test]
    fn one_that_tried_and_never_came_back_does_not_block_for_ever() {
        let at = times();
        let (_, half) = State::Open(at(0)).ask(at(30), &LIMITS);
        assert!(!half.ask(at(59), &LIMITS).0);
        assert_eq!(half.ask(at(60), &LIMITS), (true, State::HalfOpen(at(60))));
    }

    #[test]
    fn late_answers_of_earlier_requests_do_not_close_it() {
        let at = times();
        let open = State::Open(at(5));
        assert_eq!(open.after(true, at(6), &LIMITS), open);
        assert_eq!(open.after(false, at(6), &LIMITS), open);
    }

    #[test]
    fn no_failures_allowed_means_one() {
        let at = times();
        let none = Limits { failures: 0, ..LIMITS };
        assert_eq!(State::Closed(0).after(false, at(0), &none), State::Open(at(0)));
    }
}
