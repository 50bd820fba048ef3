//! How fast we react: from the moment an event was read to the moment the command that it caused is written.

use std::time::{Duration, Instant};

/// What was reacted to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// A `StasisStart`; its command is the first for the call.
    Start,
    /// A key in a prompt; its command stops the playback.
    Key,
}

/// A reaction under way: it goes with a command to the writer, who tells how long it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaction {
    /// To what.
    pub cause: Cause,
    /// When the event was read from the socket.
    pub received: Instant,
}

impl Reaction {
    /// A reaction to what was read at this moment.
    #[must_use]
    pub fn to(cause: Cause, received: Instant) -> Self {
        Self { cause, received }
    }

    /// How long it took until `written`.
    pub(super) fn took(&self, written: Instant) -> Duration {
        written.saturating_duration_since(self.received)
    }
}
