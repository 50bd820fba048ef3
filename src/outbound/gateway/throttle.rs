//! Congestion slows a gateway down by itself, and back up step by step.

use jiff::{SignedDuration, Timestamp};

/// The rate is counted in so many parts, which is also the floor: one of them is left.
const PARTS: u32 = 8;
/// The last outcomes that are looked at, one bit each.
const LOOKED_AT: u32 = (1 << 20) - 1;

/// The part of its rate that a gateway runs at.
#[derive(Debug)]
pub(super) struct Throttle {
    slow_after: u32,
    recover: SignedDuration,
    parts: u32,
    /// The last outcomes, the newest lowest; a bit that is set was congestion.
    outcomes: u32,
    /// When the rate was changed last, or what would have changed it happened.
    since: Timestamp,
}

impl Throttle {
    pub(super) fn new(slow_after: u32, recover_secs: u32) -> Self {
        let recover = SignedDuration::from_secs(i64::from(recover_secs.max(1)));
        Self {
            slow_after: slow_after.max(1),
            recover,
            parts: PARTS,
            outcomes: 0,
            since: Timestamp::UNIX_EPOCH,
        }
    }

    /// The part of the rate that holds now, above 0 and up to 1.
    pub(super) fn part(&self, now: Timestamp) -> f64 {
        f64::from(self.parts_at(now)) / f64::from(PARTS)
    }

    fn parts_at(&self, now: Timestamp) -> u32 {
        let passed = now.duration_since(self.since);
        // A clock that was set back must not keep the gateway slow.
        if self.parts == PARTS || passed.is_negative() && passed.unsigned_abs() > self.recover.unsigned_abs()
        {
            return PARTS;
        }
        let steps = passed.as_millis().max(0) / self.recover.as_millis().max(1);
        u32::try_from(steps).map_or(PARTS, |steps| self.parts.saturating_add(steps).min(PARTS))
    }

    /// A call that was begun at `begun` came out. True if the gateway is slower for it.
    pub(super) fn came_out(&mut self, congested: bool, begun: Timestamp, now: Timestamp) -> bool {
        self.outcomes = (self.outcomes << 1 | u32::from(congested)) & LOOKED_AT;
        // Calls from before the last change say nothing about the rate since.
        let is_news = begun >= self.since || begun > now;
        if !congested || !is_news || self.outcomes.count_ones() < self.slow_after {
            return false;
        }
        let before = self.parts_at(now);
        (self.parts, self.outcomes, self.since) = ((before / 2).max(1), 0, now);
        self.parts < before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + secs).unwrap()
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "eighths are exact")]
    fn congestion_halves_to_a_floor_and_time_brings_it_back() {
        let mut throttle = Throttle::new(2, 10);
        assert!(!throttle.came_out(true, at(0), at(1)), "one is none");
        assert!(throttle.came_out(true, at(0), at(2)));
        assert_eq!(throttle.part(at(2)), 0.5);
        assert!(!throttle.came_out(true, at(1), at(3)) && !throttle.came_out(true, at(1), at(3)));
        assert_eq!(throttle.part(at(3)), 0.5, "begun before the rate was halved");
        for (secs, part) in [(4, 0.25), (5, 0.125), (6, 0.125)] {
            throttle.came_out(true, at(secs), at(secs));
            throttle.came_out(true, at(secs), at(secs));
            assert_eq!(throttle.part(at(secs)), part);
        }
        assert_eq!([16, 26, 76, 900].map(|secs| throttle.part(at(secs))), [0.25, 0.375, 1.0, 1.0]);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "eighths are exact")]
    fn a_few_among_many_are_not_congestion() {
        let mut throttle = Throttle::new(3, 10);
        for n in 0..200 {
            throttle.came_out(n % 10 == 0, at(n), at(n));
        }
        assert_eq!(throttle.part(at(200)), 1.0);
    }
}
