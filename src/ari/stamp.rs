//! The time that an event carries: kept as text, read when somebody asks.

use std::fmt;

use jiff::Timestamp;

/// `2026-11-21T03:00:00.123+0000` has 28 bytes.
const LENGTH: usize = 28;

/// Asterisk's own time of an event. Cheap to keep, read by [`Stamp::time`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    text: [u8; LENGTH],
    length: u8,
}

impl Stamp {
    /// Keeps the text of an ARI `Date`; anything longer than one is no time and is dropped.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut stamp = Self::default();
        if let (Some(room), Ok(length)) = (stamp.text.get_mut(..text.len()), u8::try_from(text.len())) {
            room.copy_from_slice(text.as_bytes());
            stamp.length = length;
        }
        stamp
    }

    /// The text as Asterisk sent it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text
            .get(..usize::from(self.length))
            .and_then(|text| str::from_utf8(text).ok())
            .unwrap_or_default()
    }

    /// The time, to the millisecond.
    #[must_use]
    pub fn time(&self) -> Option<Timestamp> {
        parse_time(self.as_str())
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads an ARI `Date` such as `2026-11-21T03:00:00.123+0000` (also a channel's `creationtime`).
#[must_use]
pub fn parse_time(text: &str) -> Option<Timestamp> {
    Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asterisks_times_are_read() {
        let stamp = Stamp::new("2026-11-21T03:00:00.123+0000");
        assert_eq!(stamp.time(), Some("2026-11-21T03:00:00.123Z".parse().expect("time")));
        assert_eq!(
            Stamp::new("2026-11-21T03:00:00.123+0130").time(),
            Some("2026-11-21T01:30:00.123Z".parse().expect("time"))
        );
        for bad in ["", "yesterday", "2026-11-21T03:00:00.123+0000 and more", "2026-13-21T03:00:00.123+0000"]
        {
            assert_eq!(Stamp::new(bad).time(), None, "{bad}");
        }
    }
}
