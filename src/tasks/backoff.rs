//! How long to wait before the next attempt to connect: full jitter, without limit on attempts.

use std::time::Duration;

/// A backoff that makes sense: `0 < min <= max <= 1 h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    min: Duration,
    max: Duration,
}

impl Backoff {
    /// Takes the two ends in milliseconds; `table` is where they stand (`ari`).
    ///
    /// # Errors
    /// Nonsense, by the names of its keys.
    pub fn new(table: &str, min_ms: u64, max_ms: u64) -> Result<Self, String> {
        if min_ms == 0 || min_ms > max_ms || max_ms > 3_600_000 {
            return Err(format!(
                "{table}.backoff_min_ms = {min_ms} and {table}.backoff_max_ms = {max_ms}: the first must be at least \
                 1, the second not less than the first and at most 3600000"
            ));
        }
        Ok(Self { min: Duration::from_millis(min_ms), max: Duration::from_millis(max_ms) })
    }

    /// The wait before attempt number `attempt` (from 0) after a failure: anything up to `min * 2^attempt`,
    /// at most `max`. `dice` is a random number of `[0, 1)`.
    #[must_use]
    pub fn delay(self, attempt: u32, dice: f64) -> Duration {
        let ceiling = self.min.saturating_mul(1_u32.checked_shl(attempt).unwrap_or(u32::MAX)).min(self.max);
        ceiling.mul_f64(dice.clamp(0.0, 1.0))
    }

    /// The wait after a failure that only a person can mend: between half and whole of `max`.
    #[must_use]
    pub fn slow(self, dice: f64) -> Duration {
        self.max.mul_f64(0.5 + dice.clamp(0.0, 1.0) / 2.0)
    }

    /// A connection that lived this long was a good one: the next failure begins at `min` again.
    #[must_use]
    pub fn good_after(self) -> Duration {
        self.max
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_refused() {
        for (min, max) in [(0, 1), (0, 0), (2, 1), (1, 3_600_001)] {
            let error = Backoff::new("ari", min, max).expect_err("nonsense");
            assert!(error.contains("ari.backoff_min_ms"), "{error}");
        }
        assert!(Backoff::new("ari", 1, 1).is_ok());
    }

    #[test]
    fn any_delay_is_within_its_bounds() {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random
        };
        for _ in 0..10_000 {
            let min = 1 + next() % 5_000;
            let max = min + next() % 3_000_000;
            let attempt = u32::try_from(next() % 200).expect("small");
            let dice = f64::from(u32::try_from(next() >> 32).expect("32 bits")) / 4_294_967_296.0;
            let backoff = Backoff::new("ari", min, max).expect("sense");
            let delay = backoff.delay(attempt, dice);
            assert!(delay <= Duration::from_millis(max));
            if attempt < 10 {
                assert!(delay <= Duration::from_millis(min << attempt));
            }
            assert!(backoff.delay(attempt, 1.0) >= Duration::from_millis(min));
            assert!(backoff.delay(attempt, 0.25) <= backoff.delay(attempt + 1, 0.25), "it grows");
            assert!((max / 2..=max).contains(&u64::try_from(backoff.slow(dice).as_millis()).expect("ms")));
        }
    }
}
