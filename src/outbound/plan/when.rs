//! What a time means that somebody wrote: `18:30`, `in 10 min`, `2026-10-25 02:30`, RFC 3339, RFC 9557.

use jiff::{
    SignedDuration, Span, Timestamp, ToSpan,
    civil::DateTime,
    fmt::temporal::{Pieces, PiecesOffset},
    tz::{AmbiguousOffset, Offset, TimeZone},
};

/// Longest text that is looked at.
const LONGEST: usize = 100;
/// What is this little in the past is now: it was written, sent and read.
const ON_THE_WAY: SignedDuration = SignedDuration::from_secs(60);
/// Farthest time ahead that is taken.
const FARTHEST_DAYS: i64 = 366;

/// Why a text is no time to call at.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// Not a time.
    #[error(
        "{0:?} is not a time: write \"2026-10-25T18:30:00+02:00\", \"2026-10-25 18:30\", \"18:30\" or \"in 10 min\""
    )]
    Unreadable(String),
    /// A zone that is not known here.
    #[error("{0:?} names a time zone that is not known here: write an IANA name such as [Europe/Madrid]")]
    Zone(String),
    /// The clock is put forward over it.
    #[error("{local} does not exist in {zone}, the clock is put forward there: write {earlier} or {later}")]
    Skipped {
        /// As it was written.
        local: DateTime,
        /// Where.
        zone: String,
        /// What it is by the clock as it is afterwards.
        earlier: String,
        /// What it is by the clock as it was before.
        later: String,
    },
    /// The clock is put back over it.
    #[error("{local} is twice in {zone}, the clock is put back there: write {first} or {second}")]
    Twice {
        /// As it was written.
        local: DateTime,
        /// Where.
        zone: String,
        /// The first time.
        first: String,
        /// The second time.
        second: String,
    },
    /// The offset is not the zone's at that time.
    #[error("{text:?}: {zone} is not at {offset} then: leave the offset out, or the zone")]
    Offset {
        /// As it was written.
        text: String,
        /// The zone.
        zone: String,
        /// The offset.
        offset: Offset,
    },
    /// It is over.
    #[error("{0} is in the past")]
    Past(Timestamp),
    /// More than a year ahead.
    #[error("{0} is more than {FARTHEST_DAYS} days ahead")]
    Far(Timestamp),
}

/// Reads a time. A local time is one of `zone`, unless the text names another; `18:30` is the next one.
///
/// # Errors
/// What cannot be read, is over, or is a local time that does not exist or exists twice: its two readings are
/// named in a form that this function reads.
pub fn parse(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Timestamp, WhenError> {
    let text = text.trim();
    let unreadable = || WhenError::Unreadable(text.chars().take(LONGEST).collect());
    if text.len() > LONGEST || !text.is_ascii() {
        return Err(unreadable());
    }
    let time = match text.strip_prefix("in ") {
        Some(span) => after(span, zone, now).ok_or_else(unreadable)?,
        None if is_time_of_day(text) => next_at(text, zone, now)?.ok_or_else(unreadable)?,
        None => at(text, zone)?.ok_or_else(unreadable)?,
    };
    if now.duration_since(time) > ON_THE_WAY {
        return Err(WhenError::Past(time));
    }
    let farthest = now.checked_add((FARTHEST_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
    if time > farthest {
        return Err(WhenError::Far(time));
    }
    Ok(time)
}

/// `10 min`, `1h 30m`, `2 days`.
fn after(span: &str, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let span: Span = span.parse().ok().filter(|span: &Span| !span.is_negative())?;
    now.to_zoned(zone.clone()).checked_add(span).ok().map(|zoned| zoned.timestamp())
}

fn is_time_of_day(text: &str) -> bool {
    (4..=8).contains(&text.len())
        && text.contains(':')
        && text.bytes().all(|b| b.is_ascii_digit() || b == b':')
}

/// `18:30`, `9:05`, `18:30:15`: today if that is still to come, else tomorrow.
fn next_at(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Option<Timestamp>, WhenError> {
    let mut parts =
        text.split(':').map(|part| part.parse::<i8>().ok().filter(|_| (1..=2).contains(&part.len())));
    let (hour, minute, second, rest) = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(Some(hour)), Some(Some(minute)), None) = (hour, minute, rest) else { return Ok(None) };
    let Some(second) = second.unwrap_or(Some(0)) else { return Ok(None) };
    let Ok(time) = jiff::civil::Time::new(hour, minute, second, 0) else { return Ok(None) };
    let today = zone.to_datetime(now).date();
    let local = today.to_datetime(time);
    // If both readings of today's are over, or there is none, it is tomorrow's that is meant.
    let is_over = zone.to_ambiguous_zoned(local).later().is_ok_and(|last| last.timestamp() < now);
    let Ok(tomorrow) = today.tomorrow() else { return Ok(None) };
    resolve(if is_over { tomorrow.to_datetime(time) } else { local }, zone).map(Some)
}

/// A date with a time, and maybe an offset or a zone in brackets.
fn at(text: &str, zone: &TimeZone) -> Result<Option<Timestamp>, WhenError> {
    let Ok(pieces) = Pieces::parse(text) else { return Ok(None) };
    let Some(time) = pieces.time() else { return Ok(None) };
    let local = pieces.date().to_datetime(time);
    let named = pieces.to_time_zone().map_err(|_| WhenError::Zone(text.to_owned()))?;
    let Some(offset) = pieces.to_numeric_offset() else {
        return resolve(local, named.as_ref().unwrap_or(zone)).map(Some);
    };
    let Ok(time) = offset.to_timestamp(local) else { return Ok(None) };
    match named {
        // `Z` beside a zone only says that the local offset is not known (RFC 9557 §2.2).
        Some(named) if named.to_offset(time) != offset && pieces.offset() != Some(PiecesOffset::Zulu) => {
            Err(WhenError::Offset { text: text.to_owned(), zone: name(&named), offset })
        }
        _ => Ok(Some(time)),
    }
}

/// A local time, if it is one moment.
fn resolve(local: DateTime, zone: &TimeZone) -> Result<Timestamp, WhenError> {
    let reading = |offset: Offset| {
        let zoned = offset.to_timestamp(local).map(|time| time.to_zoned(zone.clone()));
        zoned.map_or_else(|_| local.to_string(), |zoned| zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    };
    let ambiguous = zone.to_ambiguous_zoned(local);
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {}
        AmbiguousOffset::Gap { before, after } => {
            return Err(WhenError::Skipped {
                local,
                zone: name(zone),
                earlier: reading(after),
                later: reading(before),
            });
        }
        AmbiguousOffset::Fold { before, after } => {
            return Err(WhenError::Twice {
                local,
                zone: name(zone),
                first: reading(before),
                second: reading(after),
            });
        }
    }
    ambiguous
        .compatible()
        .map(|zoned| zoned.timestamp())
        .map_err(|_| WhenError::Unreadable(local.to_string()))
}

fn name(zone: &TimeZone) -> String {
    zone.iana_name().unwrap_or("this zone").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn madrid() -> TimeZone {
        TimeZone::get("Europe/Madrid").unwrap()
    }

    /// Read on a Saturday noon, the day before the clock is put back.
    fn read(text: &str) -> Result<String, WhenError> {
        let now = "2026-10-24T12:00:00+02:00".parse().unwrap();
        parse(text, &madrid(), now).map(|time| time.to_string())
    }

    #[test]
    fn times_are_read_as_people_and_programs_write_them() {
        for (text, wanted) in [
            ("2026-10-25T18:30:00+01:00", "2026-10-25T17:30:00Z"),
            ("2026-10-25T18:30Z", "2026-10-25T18:30:00Z"),
            ("2026-10-25T18:30Z[America/New_York]", "2026-10-25T18:30:00Z"),
            ("2026-10-25 18:30", "2026-10-25T17:30:00Z"),
            ("2026-10-25T18:30[America/New_York]", "2026-10-25T22:30:00Z"),
            ("2026-10-25T02:30:00+02:00[Europe/Madrid]", "2026-10-25T00:30:00Z"),
            ("2026-10-25T02:30:00+01:00[Europe/Madrid]", "2026-10-25T01:30:00Z"),
            ("18:30", "2026-10-24T16:30:00Z"),
            ("12:00", "2026-10-24T10:00:00Z"),
            ("9:05", "2026-10-25T08:05:00Z"),
            ("11:59:59", "2026-10-25T10:59:59Z"),
            ("in 10 min", "2026-10-24T10:10:00Z"),
            ("in 1h 30m", "2026-10-24T11:30:00Z"),
            // A day is a day, also if it has 25 hours.
            ("in 1 day", "2026-10-25T11:00:00Z"),
            ("2026-10-24 11:59:30", "2026-10-24T09:59:30Z"),
        ] {
            assert_eq!(read(text), Ok(wanted.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "soon",
            "in",
            "in soon",
            "in -10 min",
            "in 10 min ago",
            "25:00",
            "18:60",
            "1:2:3:4",
            "18",
            "2026-10-25",
            "2026-02-30 10:00",
            "25.10.2026 18:30",
            "١٨:٣٠",
            "18:30; drop",
        ] {
            assert!(matches!(read(text), Err(WhenError::Unreadable(_))), "{text:?}: {:?}", read(text));
        }
        assert!(
            matches!(read(&"1".repeat(5000)), Err(WhenError::Unreadable(shown)) if shown.len() <= LONGEST)
        );
        assert!(matches!(read("2026-10-25T18:30[Mars/Olympus]"), Err(WhenError::Zone(_))));
        assert!(matches!(read("2026-10-25T18:30+05:00[Europe/Madrid]"), Err(WhenError::Offset { .. })));
        assert!(matches!(read("2026-10-24 11:00"), Err(WhenError::Past(_))));
        assert!(matches!(read("2028-01-01 00:00"), Err(WhenError::Far(_))));
        assert!(matches!(read("in 9999 days"), Err(WhenError::Far(_))));
    }

    #[test]
    fn a_time_that_is_twice_is_refused_with_both_readings() {
        let Err(WhenError::Twice { first, second, .. }) = read("2026-10-25 02:30") else { panic!() };
        assert_eq!((&*first, &*second), ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"));
        assert_eq!(read(&first), Ok("2026-10-25T00:30:00Z".to_owned()), "each can be written back");
        assert_eq!(read(&second), Ok("2026-10-25T01:30:00Z".to_owned()));
        assert!(matches!(read("02:30"), Err(WhenError::Twice { .. })), "the next 02:30 is tomorrow's");
    }

    #[test]
    fn a_time_that_does_not_exist_is_refused_with_both_readings() {
        let now = "2027-03-27T12:00:00+01:00".parse().unwrap();
        let refused = parse("2027-03-28 02:30", &madrid(), now).unwrap_err();
        let text = refused.to_string();
        assert!(text.contains("2027-03-28T01:30:00+01:00 or 2027-03-28T03:30:00+02:00"), "{text}");
        // Lord Howe's clock is changed by half an hour, and in the other half of the year.
        let howe = TimeZone::get("Australia/Lord_Howe").unwrap();
        let refused = parse("2026-10-04T02:15", &howe, "2026-10-01T00:00:00Z".parse().unwrap()).unwrap_err();
        let text = refused.to_string();
        assert!(text.contains("2026-10-04T01:45:00+10:30 or 2026-10-04T02:45:00+11:00"), "{text}");
    }
}
