//! A queue's hours by its timetables, for telling who called too early or too late. Pure.

use jiff::{Timestamp, civil::Time, tz::TimeZone};

use crate::{config::Config, model::Day};

/// When a call came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Before the day's first shift.
    Early,
    /// Within the hours.
    Inside,
    /// After the day's last shift, or on a day without any.
    Late,
}

/// The hours of the timetables of one queue.
#[derive(Clone, Debug)]
pub struct OpeningHours {
    timetables: Vec<(TimeZone, Vec<Day>, Time, Time)>,
}

impl OpeningHours {
    /// Those of the configuration. A queue without a timetable is always open.
    #[must_use]
    pub fn of(config: &Config, queue: &str) -> Self {
        let timetables = config.timetables.values().filter(|timetable| timetable.queue == queue);
        let hours = timetables.filter_map(|timetable| {
            let (first, last) = (*timetable.hours.first()?, *timetable.hours.last()?);
            Some((timetable.zone(config), timetable.days.clone(), first, last))
        });
        Self { timetables: hours.collect() }
    }

    /// Where this moment lies.
    #[must_use]
    pub fn when(&self, at: Timestamp) -> When {
        let mut early = false;
        for (zone, days, first, last) in &self.timetables {
            let local = at.to_zoned(zone.clone());
            if !days.contains(&Day::of(local.date())) {
                continue;
            }
            if local.time() < *first {
                early = true;
            } else if local.time() < *last {
                return When::Inside;
            }
        }
        match (self.timetables.is_empty(), early) {
            (true, _) => When::Inside,
            (false, true) => When::Early,
            (false, false) => When::Late,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    #[test]
    fn a_day_has_its_hours() {
        let zone = TimeZone::get("Europe/Madrid").unwrap();
        let days = vec![Day::Mon, Day::Tue];
        let hours = OpeningHours { timetables: vec![(zone, days, time(9, 0, 0, 0), time(14, 0, 0, 0))] };
        let when = |text: &str| hours.when(text.parse().unwrap());
        assert_eq!(when("2026-11-23T07:59:59Z"), When::Early);
        assert_eq!(when("2026-11-23T08:00:00Z"), When::Inside);
        assert_eq!(when("2026-11-23T13:00:00Z"), When::Late);
        assert_eq!(when("2026-11-25T10:00:00Z"), When::Late);
        let always = OpeningHours { timetables: Vec::new() };
        assert_eq!(always.when("2026-11-23T03:00:00Z".parse().unwrap()), When::Inside);
    }
}
