//! Quiet hours: when the next moment is at which something may be sent. Pure.

use jiff::{
    Timestamp, ToSpan,
    civil::{DateTime, Time},
    tz::TimeZone,
};

use crate::config::Hours;

/// Whoever is quiet for this long is quiet for ever.
const HORIZON_DAYS: i64 = 3;

/// The first moment, not before `now`, at which none of these hours holds; none: they hold all day.
///
/// What holds changes at an edge of the day or where the clock is changed, so only those are looked at.
pub(super) fn free_at(quiet: &[&Hours], zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    let is_free = |at: Timestamp| !is_quiet(quiet, zone.to_datetime(at));
    if is_free(now) {
        return Some(now);
    }
    let horizon = now.checked_add((HORIZON_DAYS * 24).hours()).ok()?;
    let changes = zone.following(now).map(|change| change.timestamp());
    let mut moments: Vec<Timestamp> = changes.take_while(|change| *change <= horizon).collect();
    let edges: Vec<Time> = quiet.iter().flat_map(|hours| hours.edges()).collect();
    let mut date = zone.to_datetime(now).date();
    for _ in 0..=HORIZON_DAYS {
        for edge in &edges {
            // One that exists twice is looked at twice; one that does not exist is where the clock is changed.
            let ambiguous = zone.to_ambiguous_timestamp(date.to_datetime(*edge));
            moments.extend([ambiguous.earlier(), ambiguous.later()].into_iter().flatten());
        }
        date = date.tomorrow().ok()?;
    }
    moments.into_iter().filter(|at| *at > now && is_free(*at)).min()
}

fn is_quiet(quiet: &[&Hours], local: DateTime) -> bool {
    let time = local.time();
    quiet.iter().any(|hours| hours.hold_on_their_day(time) || hours.hold_on_the_next_day(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(hours: &[&str], at: &str) -> Option<String> {
        let hours: Vec<Hours> = hours.iter().map(|text| Hours::parse(text).unwrap()).collect();
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let now = at.parse::<DateTime>().unwrap().to_zoned(zone.clone()).unwrap().timestamp();
        let free = free_at(&hours.iter().collect::<Vec<_>>(), &zone, now)?;
        Some(free.to_zoned(zone).strftime("%m-%d %H:%M %z").to_string())
    }

    #[test]
    fn over_midnight() {
        let night = ["21:00-08:00"];
        assert_eq!(free(&night, "2026-11-23T20:59").unwrap(), "11-23 20:59 +0100");
        assert_eq!(free(&night, "2026-11-23T21:00").unwrap(), "11-24 08:00 +0100");
        assert_eq!(free(&night, "2026-11-24T07:59").unwrap(), "11-24 08:00 +0100");
        assert_eq!(free(&night, "2026-11-24T08:00").unwrap(), "11-24 08:00 +0100");
        assert_eq!(free(&[], "2026-11-24T03:00").unwrap(), "11-24 03:00 +0100");
    }

    #[test]
    fn hours_that_follow_each_other() {
        let all = ["21:00-08:00", "08:00-09:30", "13:00-15:00"];
        assert_eq!(free(&all, "2026-11-23T22:00").unwrap(), "11-24 09:30 +0100");
        assert_eq!(free(&["00:00-24:00"], "2026-11-23T22:00"), None);
    }

    #[test]
    fn nights_in_which_the_clock_is_changed() {
        // 02:00 to 03:00 is not there on the 29th of March, and twice on the 25th of October.
        assert_eq!(free(&["01:00-02:30"], "2026-03-29T01:30").unwrap(), "03-29 03:00 +0200");
        assert_eq!(free(&["22:00-03:00"], "2026-03-28T23:00").unwrap(), "03-29 03:00 +0200");
        assert_eq!(free(&["01:00-02:30"], "2026-10-25T01:30").unwrap(), "10-25 02:30 +0200");
        assert_eq!(free(&["22:00-03:00"], "2026-10-24T23:00").unwrap(), "10-25 03:00 +0100");
        assert_eq!(free(&["21:00-08:00"], "2026-10-24T23:00").unwrap(), "10-25 08:00 +0100");
    }
}
