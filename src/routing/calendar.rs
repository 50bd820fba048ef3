//! Opening hours: whether a calendar is open at a time. Pure.

use std::collections::BTreeMap;

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};

use crate::config::{CalendarConfig, Config, Holiday, Hours};

/// Opening hours in their own time zone.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    /// From Monday.
    week: [Vec<Hours>; 7],
    holidays: Vec<Holiday>,
}

impl Calendar {
    /// # Errors
    /// A time zone that is not known here.
    fn new(config: &CalendarConfig, default_zone: &str) -> Result<Self, String> {
        let name = if config.time_zone.is_empty() { default_zone } else { &config.time_zone };
        let zone = TimeZone::get(name).map_err(|error| format!("time_zone: {error}"))?;
        let week = config.week().map(|(_, hours)| hours.to_vec());
        Ok(Self { zone, week, holidays: config.holidays.clone() })
    }

    /// Whether it is open. A moment has one local time, so a clock that is put forward or back makes hours shorter
    /// or longer, and never both open and closed.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = self.zone.to_datetime(at);
        let (date, time) = (local.date(), local.time());
        let today = self.of(date).iter().any(|hours| hours.hold_on_their_day(time));
        today
            || date
                .yesterday()
                .is_ok_and(|date| self.of(date).iter().any(|hours| hours.hold_on_the_next_day(time)))
    }

    /// The hours that begin on a day: none on a holiday.
    fn of(&self, date: Date) -> &[Hours] {
        if self.holidays.iter().any(|holiday| holiday.is(date)) {
            return &[];
        }
        let weekday: Weekday = date.weekday();
        let index = usize::try_from(weekday.to_monday_zero_offset()).unwrap_or(0);
        self.week.get(index).map_or(&[], Vec::as_slice)
    }
}

/// The calendars of `[routing.hours]`.
pub type Calendars = BTreeMap<String, Calendar>;

/// Reads them.
///
/// # Errors
/// A time zone that is not known here, by its key.
pub(super) fn calendars(config: &Config) -> Result<Calendars, String> {
    let read = |(name, calendar): (&String, &CalendarConfig)| {
        let read = Calendar::new(calendar, &config.calls.time_zone);
        read.map(|read| (name.clone(), read)).map_err(|what| format!("routing.hours.{name}.{what}"))
    };
    config.routing.hours.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn calendar(text: &str) -> Calendar {
        Calendar::new(&toml::from_str(text).unwrap(), "UTC").unwrap()
    }

    fn madrid() -> Calendar {
        calendar(
            "time_zone = \"Europe/Madrid\"\nmonday = [\"09:00-14:00\"]\nfriday = [\"22:00-05:00\"]\n\
             saturday = [\"22:00-05:00\"]\nsunday = [\"02:30-03:30\"]\nholidays = [\"12-25\", \"2026-03-28\"]\n",
        )
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn hours_in_their_own_zone() {
        let calendar = madrid();
        // A Monday in winter (UTC+1) and in summer (UTC+2).
        for (time, is_open) in [
            ("2026-11-23T07:59:59Z", false),
            ("2026-11-23T08:00:00Z", true),
            ("2026-11-23T12:59:59Z", true),
            ("2026-11-23T13:00:00Z", false),
            ("2026-07-06T07:00:00Z", true),
            ("2026-07-06T12:00:00Z", false),
        ] {
            assert_eq!(calendar.is_open(at(time)), is_open, "{time}");
        }
    }

    #[test]
    fn nights_belong_to_the_day_they_begin_on() {
        let calendar = madrid();
        // Friday 2026-12-25 is a holiday: its night is not open; the one of Saturday is.
        assert!(!calendar.is_open(at("2026-12-25T22:00:00Z")));
        assert!(!calendar.is_open(at("2026-12-26T02:00:00Z")));
        assert!(calendar.is_open(at("2026-12-26T21:00:00Z")) && calendar.is_open(at("2026-12-27T03:59:00Z")));
        // Saturday 2026-03-28 is a holiday, but Friday's night reaches into it.
        assert!(
            calendar.is_open(at("2026-03-28T03:00:00Z")) && !calendar.is_open(at("2026-03-28T22:00:00Z"))
        );
    }

    #[test]
    fn the_clock_is_changed_at_the_edge_of_a_rule() {
        let calendar = madrid();
        // 2026-10-25: 03:00 CEST becomes 02:00 CET, so 02:30 to 03:30 has 02:30-03:00 twice.
        for (time, is_open) in [
            ("2026-10-25T00:29:59Z", true), // Saturday's night, until 05:00
            ("2026-10-25T03:59:59Z", true),
            ("2026-10-25T04:00:00Z", false),
        ] {
            assert_eq!(calendar.is_open(at(time)), is_open, "{time}");
        }
        let sunday = calendar_of_sundays();
        for (time, is_open) in [
            ("2026-10-25T00:29:59Z", false),
            ("2026-10-25T00:30:00Z", true),
            ("2026-10-25T00:59:59Z", true),
            // 02:00 again.
            ("2026-10-25T01:00:00Z", false),
            ("2026-10-25T01:30:00Z", true),
            ("2026-10-25T02:29:59Z", true),
            ("2026-10-25T02:30:00Z", false),
            // 2026-03-29: 02:00 CET becomes 03:00 CEST; there is no 02:30.
            ("2026-03-29T00:59:59Z", false),
            ("2026-03-29T01:00:00Z", true),
            ("2026-03-29T01:29:59Z", true),
            ("2026-03-29T01:30:00Z", false),
        ] {
            assert_eq!(sunday.is_open(at(time)), is_open, "{time}");
        }
    }

    fn calendar_of_sundays() -> Calendar {
        calendar("time_zone = \"Europe/Madrid\"\nsunday = [\"02:30-03:30\"]\n")
    }

    proptest! {
        /// Whatever the clock does, a calendar is open exactly when the clock on its wall says so.
        #[test]
        fn the_wall_clock_decides(secs in 1_700_000_000_i64..2_000_000_000, zone in 0_usize..4) {
            let name = ["Europe/Madrid", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"][zone];
            let calendar = calendar(&format!(
                "time_zone = \"{name}\"\nmonday = [\"01:30-02:30\"]\ntuesday = [\"01:30-02:30\"]\n\
                 wednesday = [\"01:30-02:30\"]\nthursday = [\"01:30-02:30\"]\nfriday = [\"01:30-02:30\"]\n\
                 saturday = [\"01:30-02:30\"]\nsunday = [\"01:30-02:30\"]\n"
            ));
            let moment = Timestamp::from_second(secs).unwrap();
            let wall = moment.to_zoned(TimeZone::get(name).unwrap());
            let minute = i32::from(wall.hour()) * 60 + i32::from(wall.minute());
            prop_assert_eq!(calendar.is_open(moment), (90..150).contains(&minute));
        }
    }
}
