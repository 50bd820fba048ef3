//! Whether the answers that Asterisk owes us are a crowd that passes or a queue that stays.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// A crowd that is not served in so long is no crowd: more comes than is served, and it will not get shorter by itself.
const PATIENCE: Duration = Duration::from_millis(500);

/// Remembers when there were last few waiting. (The idea is that of `CoDel`, RFC 8289: what is wrong is not
/// a long queue, but one that never gets short.)
#[derive(Debug)]
pub(super) struct Standing {
    /// As many as may always wait.
    few: usize,
    epoch: Instant,
    /// Milliseconds since `epoch`.
    last_few: AtomicU64,
}

impl Standing {
    /// Nobody waits.
    pub(super) fn new(few: usize) -> Self {
        Self { few, epoch: Instant::now(), last_few: AtomicU64::new(0) }
    }

    /// Takes how many wait now; true if so many have waited for too long.
    pub(super) fn has_stood(&self, waiting: usize, now: Instant) -> bool {
        let now = millis(now.saturating_duration_since(self.epoch));
        if waiting <= self.few {
            self.last_few.store(now, Ordering::Release);
            return false;
        }
        now.saturating_sub(self.last_few.load(Ordering::Acquire)) > millis(PATIENCE)
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crowd_passes_and_a_queue_stays() {
        let standing = Standing::new(8);
        let at = |ms| standing.epoch + Duration::from_millis(ms);
        // Two hundred at once, served within half a second.
        for (ms, waiting) in [(0, 0), (10, 200), (200, 120), (480, 9), (500, 8), (510, 200), (990, 20)] {
            assert!(!standing.has_stood(waiting, at(ms)), "{ms}");
        }
        assert!(standing.has_stood(20, at(1010)));
        assert!(standing.has_stood(9, at(5000)));
        assert!(!standing.has_stood(8, at(5010)), "as soon as next to nobody waits");
        assert!(!standing.has_stood(30, at(5020)));
        assert!(standing.has_stood(30, at(5600)));
    }
}
