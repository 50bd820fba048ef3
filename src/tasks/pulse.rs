//! A sign of life: a loop beats it, the watchdog looks at it.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

use super::clock;

/// Beaten by one loop at every turn, at least once a second, connected or not.
#[derive(Debug)]
pub struct Pulse {
    born: Instant,
    /// Milliseconds since `born`.
    last: AtomicU64,
}

impl Default for Pulse {
    fn default() -> Self {
        Self::new()
    }
}

impl Pulse {
    /// A pulse that was just beaten, so that a loop has time to start.
    #[must_use]
    pub fn new() -> Self {
        Self { born: clock::instant(), last: AtomicU64::new(0) }
    }

    /// The loop is alive.
    pub fn beat(&self) {
        self.last.store(self.at(clock::instant()), Ordering::Relaxed);
    }

    /// How long ago the last beat was.
    #[must_use]
    pub fn silence(&self) -> Duration {
        self.silence_at(clock::instant())
    }

    fn silence_at(&self, now: Instant) -> Duration {
        Duration::from_millis(self.at(now).saturating_sub(self.last.load(Ordering::Relaxed)))
    }

    fn at(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.born).as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_grows_until_the_next_beat() {
        let pulse = Pulse::new();
        let later = pulse.born + Duration::from_secs(30);
        assert_eq!(pulse.silence_at(later), Duration::from_secs(30));
        pulse.last.store(pulse.at(later), Ordering::Relaxed);
        assert_eq!(pulse.silence_at(later + Duration::from_secs(1)), Duration::from_secs(1));
    }
}
