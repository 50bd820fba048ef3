//! Which shift it is, and when the next one begins: by moments, so that a night of 23 or 25 hours has no hole. Pure.

use jiff::{Timestamp, ToSpan, Zoned, civil::DateTime, tz::TimeZone};

use crate::model::{Slot, Timetable, Week};

/// A shift as a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shift {
    /// The timetable's name.
    pub timetable: String,
    /// The week.
    pub week: Week,
    /// Which one.
    pub slot: Slot,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
}

/// A time of day as a moment. What the clock shows twice is the first one; what it leaves out is as much later.
fn moment(at: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    at.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

fn stretch(table: &Timetable, slot: Slot, zone: &TimeZone) -> Option<Shift> {
    let (date, from, to) = table.times(slot)?;
    let (from, to) = (moment(date.to_datetime(from), zone)?, moment(date.to_datetime(to), zone)?);
    Some(Shift { timetable: table.name.clone(), week: table.week, slot, from, to })
}

/// The shift at this moment; none outside of the timetable's hours and week.
#[must_use]
pub fn shift_at(table: &Timetable, zone: &TimeZone, now: Timestamp) -> Option<Shift> {
    let shifts = table.slots().filter_map(|slot| stretch(table, slot, zone));
    // A shift whose hours the clock leaves out is empty, or reaches into the next one, which then counts.
    shifts.filter(|shift| shift.from <= now && now < shift.to).last()
}

/// The next moment at which a shift begins or ends, or another week begins.
#[must_use]
pub fn next_edge(table: Option<&Timetable>, zone: &TimeZone, now: Timestamp) -> Timestamp {
    let limits = table.into_iter().flat_map(|table| {
        let shifts = table.slots().filter_map(|slot| stretch(table, slot, zone));
        shifts.flat_map(|shift| [shift.from, shift.to]).collect::<Vec<_>>()
    });
    let week = week_of(zone, now).plus(1);
    let monday = moment(week.monday().at(0, 0, 0, 0), zone);
    let far = now.checked_add(7 * 24.hours()).unwrap_or(Timestamp::MAX);
    limits.chain(monday).filter(|edge| *edge > now).min().unwrap_or(far)
}

/// The week of this moment in this zone.
#[must_use]
pub fn week_of(zone: &TimeZone, now: Timestamp) -> Week {
    Week::of(Zoned::new(now, zone.clone()).date())
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;
    use crate::model::Day;

    fn madrid() -> TimeZone {
        TimeZone::get("Europe/Madrid").unwrap()
    }

    fn night(monday: &str) -> Timetable {
        let hours = [time(1, 0, 0, 0), time(2, 30, 0, 0), time(3, 0, 0, 0), time(4, 0, 0, 0)];
        Timetable::empty("night", Week::parse(monday).unwrap(), &[Day::Sun], &hours, 1)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_hour_that_comes_twice_is_one_long_shift() {
        let table = night("2026-10-19");
        let shift = |text: &str| shift_at(&table, &madrid(), at(text)).map(|shift| shift.slot.shift);
        // 02:30 summer time, the end of it, 02:10 winter time, 03:00 winter time.
        let times = ["00:30", "00:59", "01:10", "01:59", "02:00", "03:00"];
        let shifts = times.map(|time| shift(&format!("2026-10-25T{time}:00Z")));
        assert_eq!(shifts, [Some(1), Some(1), Some(1), Some(1), Some(2), None]);
    }

    #[test]
    fn the_hour_that_is_left_out_leaves_no_hole() {
        let table = night("2026-03-23");
        let shift = |text: &str| shift_at(&table, &madrid(), at(text)).map(|shift| shift.slot.shift);
        // 01:59 winter time is followed by 03:00 summer time.
        assert_eq!(shift("2026-03-29T00:59:59Z"), Some(0));
        assert_eq!(shift("2026-03-29T01:00:00Z"), Some(2));
        assert_eq!(shift("2026-03-29T02:00:00Z"), None);
    }

    #[test]
    fn edges_follow_each_other_to_the_next_week() {
        let (table, zone) = (night("2026-10-19"), madrid());
        let mut edges = Vec::new();
        let mut now = at("2026-10-24T12:00:00Z");
        for _ in 0..5 {
            now = next_edge(Some(&table), &zone, now);
            edges.push(now.to_string());
        }
        let expected = [
            "2026-10-24T23:00:00Z",
            "2026-10-25T00:30:00Z",
            "2026-10-25T02:00:00Z",
            "2026-10-25T03:00:00Z",
            "2026-10-25T23:00:00Z",
        ];
        assert_eq!(edges, expected);
        assert_eq!(next_edge(None, &zone, at("2026-10-24T12:00:00Z")), at("2026-10-25T23:00:00Z"));
    }

    #[test]
    fn each_moment_of_a_year_is_in_the_shift_of_the_last_edge() {
        let zone = madrid();
        let hours: Vec<_> = (0..24).map(|hour| time(hour, 0, 0, 0)).collect();
        for week in 0..53 {
            let monday = Week::parse("2026-01-05").unwrap().plus(week);
            let table = Timetable::empty("all", monday, &Day::ALL, &hours, 1);
            let mut now = moment(monday.monday().at(0, 0, 0, 0), &zone).unwrap();
            let end = moment(monday.plus(1).monday().at(0, 0, 0, 0), &zone).unwrap();
            while now < end {
                let edge = next_edge(Some(&table), &zone, now);
                assert!(edge > now);
                let before = edge.checked_sub(1.nanoseconds()).unwrap();
                assert_eq!(shift_at(&table, &zone, now), shift_at(&table, &zone, before), "{now}");
                now = edge;
            }
        }
    }
}
