//! Whether a voice is worth asking: after failures in a row it is set aside for a while, so that callers
//! do not wait for it one after the other.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

/// Failures in a row that set a voice aside.
const FAILURES: u32 = 3;
/// How long it is set aside before it is tried again.
const ASIDE: Duration = Duration::from_secs(30);

/// What a voice did lately.
#[derive(Debug, Default)]
pub(super) struct Health(Mutex<Lately>);

#[derive(Debug, Default)]
struct Lately {
    failures: u32,
    aside_until: Option<Instant>,
    last_error: Option<String>,
}

impl Health {
    /// Whether it may be asked.
    pub(super) fn is_usable(&self, now: Instant) -> bool {
        self.with(|lately| lately.aside_until.is_none_or(|until| now >= until))
    }

    /// It spoke.
    pub(super) fn worked(&self) {
        self.with(|lately| *lately = Lately::default());
    }

    /// It failed. Gives whether it is now set aside.
    pub(super) fn failed(&self, error: String, now: Instant) -> bool {
        self.with(|lately| {
            lately.failures = lately.failures.saturating_add(1);
            lately.last_error = Some(error);
            lately.aside_until = (lately.failures >= FAILURES).then(|| now + ASIDE);
            lately.aside_until.is_some()
        })
    }

    /// The last failure since it last spoke.
    pub(super) fn last_error(&self) -> Option<String> {
        self.with(|lately| lately.last_error.clone())
    }

    fn with<T>(&self, look: impl FnOnce(&mut Lately) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_aside_and_tried_again() {
        let (health, start) = (Health::default(), Instant::now());
        for _ in 1..FAILURES {
            assert!(!health.failed("no".to_owned(), start));
            assert!(health.is_usable(start));
        }
        assert!(health.failed("no".to_owned(), start));
        assert!(!health.is_usable(start));
        assert_eq!(health.last_error().as_deref(), Some("no"));
        let later = start + ASIDE;
        assert!(health.is_usable(later), "one more try");
        assert!(health.failed("no".to_owned(), later), "and aside at once if it fails");
        assert!(!health.is_usable(later));
        health.worked();
        assert!(health.is_usable(later));
        assert_eq!(health.last_error(), None);
    }
}
