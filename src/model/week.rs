//! Weeks and their days, as timetables name them: a week by its Monday, a day by three letters.

use std::fmt;

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::{Deserialize, Serialize};

/// A day of a week: `mon`, `tue`, … `sun`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the days of the week")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// A week, written as its Monday: `2026-11-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Date", into = "Date")]
pub struct Week(Date);

impl Day {
    /// All days, Monday first.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][self.index()]
    }

    /// Reads the text form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.as_str() == text)
    }

    /// Days since Monday.
    #[must_use]
    pub fn index(self) -> usize {
        self as usize
    }

    /// The day of this date.
    #[must_use]
    pub fn of(date: Date) -> Self {
        Self::ALL[usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0) % 7]
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Week {
    /// The week that this date is in.
    #[must_use]
    pub fn of(date: Date) -> Self {
        let since_monday = i64::from(date.weekday().to_monday_zero_offset());
        Self(date.saturating_sub(since_monday.days()))
    }

    /// The week of this Monday.
    ///
    /// # Errors
    /// A date that is no Monday; says which day it is, and which Monday may be meant.
    pub fn beginning(date: Date) -> Result<Self, String> {
        if date.weekday() == Weekday::Monday {
            return Ok(Self(date));
        }
        let monday = Self::of(date).monday();
        Err(format!("{date} is not a Monday but a {}: its week is {monday}", Day::of(date)))
    }

    /// Reads `2026-11-23`.
    ///
    /// # Errors
    /// What is no date, or no Monday.
    pub fn parse(text: &str) -> Result<Self, String> {
        let date =
            text.parse::<Date>().map_err(|_| format!("{text:?} is no date: write a Monday as 2026-11-23"))?;
        Self::beginning(date)
    }

    /// Its first day.
    #[must_use]
    pub fn monday(self) -> Date {
        self.0
    }

    /// The date of one of its days.
    #[must_use]
    pub fn date(self, day: Day) -> Date {
        self.0.saturating_add(i64::try_from(day.index()).unwrap_or(0).days())
    }

    /// The week that is this many weeks later; earlier, if negative.
    #[must_use]
    pub fn plus(self, weeks: i32) -> Self {
        Self::of(self.0.saturating_add(i64::from(weeks).weeks()))
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<Date> for Week {
    type Error = String;

    fn try_from(date: Date) -> Result<Self, String> {
        Self::beginning(date)
    }
}

impl From<Week> for Date {
    fn from(week: Week) -> Self {
        week.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_week_is_its_monday() {
        let week = Week::parse("2026-11-23").unwrap();
        assert_eq!(week.date(Day::Fri), date(2026, 11, 27));
        assert_eq!(Week::of(date(2026, 11, 29)), week);
        assert_eq!(week.plus(-1).to_string(), "2026-11-16");
        assert_eq!(
            Week::parse("2026-11-24").unwrap_err(),
            "2026-11-24 is not a Monday but a tue: its week is 2026-11-23"
        );
        assert!(Week::parse("monday").is_err());
    }

    #[test]
    fn days_are_three_letters() {
        for day in Day::ALL {
            assert_eq!(Day::parse(day.as_str()), Some(day));
        }
        assert_eq!(Day::of(date(2026, 11, 21)), Day::Sat);
    }
}
