//! The control port's only clock: everything else takes the time as an argument.

use std::time::Instant;

use jiff::Timestamp;

/// The time of day.
pub(super) fn now() -> Timestamp {
    Timestamp::now()
}

/// The time that never jumps.
pub(super) fn instant() -> Instant {
    Instant::now()
}
