//! How far behind Asterisk's events are, whatever the two machines' clocks say.

use std::time::{Duration, Instant};

/// How long the shortest delay seen holds as the difference of the clocks.
const WINDOW: Duration = Duration::from_secs(60);

/// The shortest delay of late: what is above it is not the clocks' fault.
#[derive(Debug)]
pub struct Lag {
    since: Instant,
    before_ms: i64,
    now_ms: i64,
}

impl Lag {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self { since: now, before_ms: i64::MAX, now_ms: i64::MAX }
    }

    /// By how much Asterisk's clock is behind ours, in milliseconds, as far as its events tell; 0 before the first.
    #[must_use]
    pub fn apart_ms(&self) -> i64 {
        let apart = self.now_ms.min(self.before_ms);
        if apart == i64::MAX { 0 } else { apart }
    }

    /// Takes an event's age by the two clocks, in milliseconds (negative when ours is behind), and tells how
    /// much of it is real.
    pub fn behind_ms(&mut self, age_ms: i64, now: Instant) -> i64 {
        let age = now.saturating_duration_since(self.since);
        if age >= WINDOW {
            self.before_ms = if age < WINDOW * 2 { self.now_ms } else { i64::MAX };
            (self.now_ms, self.since) = (i64::MAX, now);
        }
        self.now_ms = self.now_ms.min(age_ms);
        age_ms.saturating_sub(self.now_ms.min(self.before_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_may_differ_but_not_change_unnoticed() {
        let start = Instant::now();
        let at = |secs| start + Duration::from_secs(secs);
        for skew in [-86_400_000, 0, 5_000] {
            let mut lag = Lag::new(start);
            assert_eq!(lag.apart_ms(), 0);
            assert_eq!(lag.behind_ms(skew, at(1)), 0);
            assert_eq!(lag.behind_ms(skew + 2_500, at(2)), 2_500);
            // The next window knows the one before.
            assert_eq!(lag.behind_ms(skew + 900, at(70)), 900);
            assert_eq!(lag.apart_ms(), skew);
            // A clock that was set is believed after a while.
            assert_eq!(lag.behind_ms(skew + 10_000, at(80)), 10_000);
            assert_eq!(lag.behind_ms(skew + 10_000, at(400)), 0);
        }
    }
}
