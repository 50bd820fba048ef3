//! The dialplan's gate: while we can take no call it refuses them by itself, which saves Asterisk bringing each to
//! us and back.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::sleep;

use super::door::Door;
use crate::tasks::clock;

/// How long it is shut after a refusal. Short, so that a place that becomes free is soon taken.
const SHORTEST: Duration = Duration::from_millis(25);
/// Each time that the next refusal comes at once it is shut twice as long; no longer than this, in which a quarter
/// second's worth of `calls.max_per_second` does not yet overflow.
const LONGEST: Duration = Duration::from_millis(200);
/// What is at once.
const AT_ONCE: Duration = Duration::from_millis(100);
/// It opens by itself after so many seconds of Asterisk's clock, should we not live to open it.
const BY_ITSELF_SECS: i64 = 2;

/// Whether it is shut.
#[derive(Debug, Default)]
pub(super) struct Gate {
    is_shut: AtomicBool,
    rhythm: Mutex<Rhythm>,
}

/// How long it is shut the next time.
#[derive(Debug, Default)]
struct Rhythm {
    last: Duration,
    opened: Option<Instant>,
}

impl Rhythm {
    fn next(&mut self, now: Instant) -> Duration {
        let is_at_once = self.opened.is_some_and(|at| now.saturating_duration_since(at) < AT_ONCE);
        self.last = if is_at_once { (self.last * 2).min(LONGEST) } else { SHORTEST };
        self.last
    }
}

impl Gate {
    fn rhythm(&self) -> std::sync::MutexGuard<'_, Rhythm> {
        self.rhythm.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) {
        self.rhythm().opened = Some(Instant::now());
        self.is_shut.store(false, Ordering::Release);
    }
}

impl Door {
    /// What Asterisk's clock says, as far as its events tell: seconds since 1970.
    pub(super) fn asterisk_secs(&self) -> i64 {
        let apart_ms = self.lag.lock().unwrap_or_else(PoisonError::into_inner).apart_ms();
        (clock::now().as_millisecond() - apart_ms).div_euclid(1000)
    }

    /// Shuts the gate for a moment, unless it is shut already.
    pub(super) fn shut_gate(&self) {
        if self.gate.is_shut.swap(true, Ordering::AcqRel) {
            return;
        }
        let shut_for = self.gate.rhythm().next(Instant::now());
        let (ari, gate, name) =
            (self.services.ari.clone(), Arc::clone(&self.gate), variable(&self.services.app));
        let until = self.asterisk_secs() + BY_ITSELF_SECS;
        self.tracker.spawn(async move {
            // One that cannot be shut is open: each call is refused by us.
            let shut = ari.set_global(&name, Some(&until.to_string())).await;
            sleep(shut_for).await;
            if shut.is_ok()
                && let Err(error) = ari.set_global(&name, Some("0")).await
            {
                tracing::debug!(%error, "the dialplan's gate opens by itself");
            }
            gate.open();
        });
    }
}

/// The dialplan's global that says until when (seconds since 1970) it refuses calls of this application.
pub(super) fn variable(app: &str) -> String {
    format!("STASISD_CLOSED_{app}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_while_refusals_follow_each_other() {
        let mut rhythm = Rhythm::default();
        let mut now = Instant::now();
        let mut refused = |after: u64| {
            now += Duration::from_millis(after);
            let shut_for = rhythm.next(now);
            now += shut_for;
            rhythm.opened = Some(now);
            shut_for.as_millis()
        };
        assert_eq!([0, 10, 10, 99, 10].map(&mut refused), [25, 50, 100, 200, 200]);
        assert_eq!([100, 5].map(&mut refused), [25, 50]);
    }
}
