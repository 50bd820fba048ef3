//! Whether anybody outside watches the feed.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// Who lost the connection is back by then.
const BACK: Duration = Duration::from_secs(30);

/// Who watches, and who did.
#[derive(Debug, Default)]
pub(super) struct Audience {
    watching: AtomicUsize,
    left: Mutex<Option<Instant>>,
}

/// Somebody watches, as long as this lives.
#[derive(Debug)]
pub struct Attendance(Arc<Audience>);

impl Audience {
    pub(super) fn is_there(&self) -> bool {
        let left = || *self.left.lock().unwrap_or_else(PoisonError::into_inner);
        self.watching.load(Ordering::Relaxed) > 0 || left().is_some_and(|left| left.elapsed() < BACK)
    }
}

impl Attendance {
    pub(super) fn of(audience: &Arc<Audience>) -> Self {
        audience.watching.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(audience))
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        *self.0.left.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        self.0.watching.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_left_a_moment_ago_still_counts() {
        let audience = Arc::new(Audience::default());
        assert!(!audience.is_there());
        let one = Attendance::of(&audience);
        let two = Attendance::of(&audience);
        drop(one);
        assert!(audience.is_there());
        drop(two);
        assert!(audience.is_there(), "may come back");
        let long_ago = Instant::now().checked_sub(BACK);
        *audience.left.lock().unwrap() = long_ago;
        assert!(long_ago.is_none() || !audience.is_there());
    }
}
