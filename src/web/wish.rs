//! How long a server wants to be left alone.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

/// What `Retry-After` says: seconds, or a date (RFC 9110 §10.2.3). Not less than nothing; how much of it is heeded is the
/// caller's.
#[must_use]
pub fn wished(retry_after: &str, now: Timestamp) -> Option<SignedDuration> {
    let text = Some(retry_after.trim()).filter(|text| !text.is_empty())?;
    let wished = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More than fits is longer than anybody waits.
        SignedDuration::from_secs(text.parse().unwrap_or(i64::MAX))
    } else {
        rfc2822::parse(text).ok()?.timestamp().duration_since(now)
    };
    Some(wished.max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_or_a_date() {
        let now = Timestamp::from_second(784_111_770).unwrap();
        let secs = |text| wished(text, now).map(|wish| wish.as_secs());
        assert_eq!((secs("7"), secs(" 120 "), secs("")), (Some(7), Some(120), None));
        assert_eq!(secs("Sun, 06 Nov 1994 08:49:37 GMT"), Some(7));
        assert_eq!(secs("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0));
        assert_eq!((secs("soon"), secs("-1")), (None, None));
        assert!(secs("99999999999999999999").unwrap() > 1_000_000);
    }
}
