//! Times as people write them.

use jiff::{Timestamp, tz::TimeZone};

/// Reads a time.
pub fn parse(text: &str, _: &TimeZone, _: Timestamp) -> Result<Timestamp, String> {
    text.parse().map_err(|error: jiff::Error| error.to_string())
}
