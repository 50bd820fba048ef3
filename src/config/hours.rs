//! Hours of a day and days of a year, as they are written in the configuration: `09:00-13:30`, `12-25`.

use std::{fmt, ops::RangeInclusive};

use jiff::civil::{Date, Time};
use serde::Deserialize;

/// Minutes in a day.
const DAY: u16 = 24 * 60;

/// Hours of a day, `09:00-13:30`: from the first minute, up to but without the second. `21:00-08:00` reaches
/// into the next day, `00:00-24:00` is the whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Hours {
    from: u16,
    to: u16,
}

impl Hours {
    /// Reads `09:00-13:30`.
    ///
    /// # Errors
    /// Anything else, and hours without a minute in them; says how to write them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let hours = text.split_once('-').and_then(|(from, to)| {
            let (from, to) = (minute(from.trim())?, minute(to.trim())?);
            (from < DAY && to > 0 && from != to).then_some(Self { from, to })
        });
        hours.ok_or_else(|| format!("{text:?} are no hours: write them as \"09:00-13:30\""))
    }

    /// Whether they reach past midnight.
    #[must_use]
    pub fn wraps(self) -> bool {
        self.from > self.to
    }

    /// Whether this minute of the day they begin on is among them.
    #[must_use]
    pub fn hold_on_their_day(self, time: Time) -> bool {
        let minute = minute_of(time);
        self.from <= minute && (minute < self.to || self.wraps())
    }

    /// Whether this minute of the day after is among them.
    #[must_use]
    pub fn hold_on_the_next_day(self, time: Time) -> bool {
        self.wraps() && minute_of(time) < self.to
    }

    /// The two times of a day at which something changes; midnight stands for 24:00.
    #[must_use]
    pub fn edges(self) -> [Time; 2] {
        [self.from, self.to].map(|minute| time_of(minute % DAY))
    }
}

impl TryFrom<String> for Hours {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(f, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// A day on which nobody is called: once (`2026-12-25`), or every year (`12-25`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Holiday {
    /// Once.
    Once(Date),
    /// Every year, month and day.
    Yearly(i8, i8),
}

impl Holiday {
    /// Reads `2026-12-25` or `12-25`.
    ///
    /// # Errors
    /// Anything else, and days that no year has; says how to write them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        for part in text.split('-') {
            parts.push(digits(part, 1..=4));
        }
        let day = |year, month: u16, day: u16| {
            Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
        };
        let holiday = match *parts.as_slice() {
            [Some(year), Some(month), Some(of_month)] if year >= 2000 => {
                i16::try_from(year).ok().and_then(|year| day(year, month, of_month)).map(Self::Once)
            }
            // A leap year, so that the 29th of February can be named.
            [Some(month), Some(of_month)] => {
                day(2024, month, of_month).map(|date| Self::Yearly(date.month(), date.day()))
            }
            _ => None,
        };
        holiday.ok_or_else(|| {
            format!(
                "{text:?} is no day: write \"2026-12-25\", or \"12-25\" for every year's 25th of December"
            )
        })
    }

    /// Whether this day is it.
    #[must_use]
    pub fn is(self, date: Date) -> bool {
        match self {
            Self::Once(day) => day == date,
            Self::Yearly(month, day) => (month, day) == (date.month(), date.day()),
        }
    }
}

impl TryFrom<String> for Holiday {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

fn digits(text: &str, lengths: RangeInclusive<usize>) -> Option<u16> {
    let is_plain = lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain)
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (digits(hour, 1..=2)?, digits(minute, 2..=2)?);
    let whole = hour * 60 + minute;
    (minute < 60 && whole <= DAY).then_some(whole)
}

fn minute_of(time: Time) -> u16 {
    u16::try_from(time.hour()).unwrap_or(0) * 60 + u16::try_from(time.minute()).unwrap_or(0)
}

fn time_of(minute: u16) -> Time {
    let part = |n: u16| i8::try_from(n).unwrap_or(0);
    Time::new(part(minute / 60), part(minute % 60), 0, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    #[test]
    fn hours_are_read_and_written() {
        for text in ["09:00-13:30", "21:00-08:00", "00:00-24:00"] {
            assert_eq!(Hours::parse(text).unwrap().to_string(), text);
        }
        for text in
            ["", "9-13", "09:00", "09:00-09:00", "24:00-08:00", "09:60-10:00", "09:00-00:00", "-1:00-2:00"]
        {
            assert!(Hours::parse(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_night_holds_on_two_days() {
        let night = Hours::parse("21:00-08:00").unwrap();
        assert!(night.hold_on_their_day(time(21, 0, 0, 0)) && night.hold_on_their_day(time(23, 59, 59, 0)));
        assert!(!night.hold_on_their_day(time(7, 0, 0, 0)) && night.hold_on_the_next_day(time(7, 59, 0, 0)));
        assert!(!night.hold_on_the_next_day(time(8, 0, 0, 0)));
    }

    #[test]
    fn holidays_are_read() {
        assert!(Holiday::parse("12-25").unwrap().is(date(2031, 12, 25)));
        assert!(Holiday::parse("02-29").unwrap().is(date(2028, 2, 29)));
        let once = Holiday::parse("2026-12-25").unwrap();
        assert!(once.is(date(2026, 12, 25)) && !once.is(date(2027, 12, 25)));
        for text in ["", "25.12.", "13-01", "2026-02-29", "02-30", "+2-+3", "0026-01-01", "1-2-3-4"] {
            assert!(Holiday::parse(text).is_err(), "{text:?}");
        }
    }
}
