//! The one place that asks what time it is. Everything that decides takes the time as an argument.

use std::time::{Instant, SystemTime};

use jiff::Timestamp;

/// The time of day: for records, for people.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The time of day as file times are.
#[must_use]
pub fn system() -> SystemTime {
    SystemTime::now()
}

/// The time that never jumps: for measuring and for deadlines.
#[must_use]
pub fn instant() -> Instant {
    Instant::now()
}
