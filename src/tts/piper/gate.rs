//! Who is inside of ONNX Runtime: at a process's end its library is taken down, and must not be in use then.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

/// One thread goes in and stays until it ends; another one closes it.
#[derive(Debug, Default)]
pub(super) struct Gate {
    closed: AtomicBool,
    entered: AtomicBool,
}

impl Gate {
    /// Goes in; false when it is closed.
    pub(super) fn enter(&self) -> bool {
        // Told before it is looked, so that of one who goes in and one who closes at least one sees the other.
        self.entered.store(true, SeqCst);
        !self.closed.load(SeqCst)
    }

    /// Lets nobody in any more. Gives whether somebody went in, whose end must be waited for.
    pub(super) fn close(&self) -> bool {
        self.closed.store(true, SeqCst);
        self.entered.load(SeqCst)
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    #[test]
    fn nobody_goes_in_when_it_is_closed() {
        let gate = Gate::default();
        assert!(gate.enter() && gate.close());
        let gate = Gate::default();
        assert!(!gate.close() && !gate.enter());
    }
}
