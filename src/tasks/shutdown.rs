//! Stopping comes in two steps: nothing new (soft), then nothing at all (hard).

use tokio_util::sync::{CancellationToken, DropGuard};

/// The two tokens. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
}

impl Default for Shutdown {
    fn default() -> Self {
        Self::new()
    }
}

impl Shutdown {
    /// Nothing stops yet.
    #[must_use]
    pub fn new() -> Self {
        let hard = CancellationToken::new();
        // A child, so that whoever waits for the soft one wakes for the hard one too.
        Self { soft: hard.child_token(), hard }
    }

    /// Cancelled when nothing new may start: calls may finish until the drain timeout.
    #[must_use]
    pub fn soft(&self) -> &CancellationToken {
        &self.soft
    }

    /// Cancelled when everything must stop where it stands. Implies the soft one.
    #[must_use]
    pub fn hard(&self) -> &CancellationToken {
        &self.hard
    }

    /// Lets what runs come to its end, and nothing new begin.
    pub fn drain(&self) {
        self.soft.cancel();
    }

    /// Stops everything.
    pub fn abort(&self) {
        self.hard.cancel();
    }

    /// Stops everything when it is dropped: for the one who owns the tasks, should it leave early.
    #[must_use]
    pub fn guard(&self) -> DropGuard {
        self.hard.clone().drop_guard()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hard_implies_soft_and_not_the_other_way() {
        let shutdown = Shutdown::new();
        shutdown.drain();
        assert!(shutdown.soft().is_cancelled() && !shutdown.hard().is_cancelled());
        let other = Shutdown::new();
        drop(other.guard());
        assert!(other.soft().is_cancelled() && other.hard().is_cancelled());
    }
}
