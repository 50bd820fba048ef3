//! Tomàtic's files, read and written: its persons, busy lines, timetables, call notes. Pure; nothing here is stored.

pub mod busy;
pub mod graella;
pub mod persons;
pub mod registry;
pub mod yaml;

use crate::model::Day;

/// Who did what was brought over from its files.
pub const AUTHOR: &str = "tomatic";

/// Its words for the days, Monday first.
const DAYS: [&str; 7] = ["dl", "dm", "dx", "dj", "dv", "ds", "dg"];

/// A day by its word, `dl`.
#[must_use]
pub fn day(word: &str) -> Option<Day> {
    DAYS.iter().position(|day| *day == word).map(|place| Day::ALL[place])
}

/// Its word for a day.
#[must_use]
pub fn day_word(day: Day) -> &'static str {
    DAYS[day.index()]
}
