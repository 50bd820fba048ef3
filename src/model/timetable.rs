//! Timetables: who answers telephones in which shift of which day of a week.

use std::fmt;

use jiff::{
    Zoned,
    civil::{Date, Time},
};
use serde::{Deserialize, Serialize};

use super::{Day, PersonId, Week};

/// One place of a timetable: a line in a shift.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Cell {
    /// Not decided (`open`).
    #[default]
    Open,
    /// Decided to stay empty (`nobody`).
    Nobody,
    /// The day is a holiday (`holiday`).
    Holiday,
    /// Somebody.
    Person(PersonId),
}

/// One shift of a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// The day.
    pub day: Day,
    /// The shift of that day, the first is 0.
    pub shift: usize,
}

/// One week of one timetable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timetable {
    /// Its name: the key of `[timetables.NAME]`.
    pub name: String,
    /// The week.
    pub week: Week,
    /// Its days, in order.
    pub days: Vec<Day>,
    /// Where its shifts begin, and where the last one ends: one more than there are shifts, rising.
    pub hours: Vec<Time>,
    /// How many answer at once.
    pub lines: usize,
    /// By day (as `days`), shift and line.
    pub cells: Vec<Vec<Vec<Cell>>>,
}

impl Cell {
    /// Who it is, if anybody.
    #[must_use]
    pub fn person(&self) -> Option<&PersonId> {
        if let Self::Person(person) = self { Some(person) } else { None }
    }
}

impl TryFrom<String> for Cell {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Ok(match text.as_str() {
            "open" => Self::Open,
            "nobody" => Self::Nobody,
            "holiday" => Self::Holiday,
            person => Self::Person(PersonId::parse(person)?),
        })
    }
}

impl From<Cell> for String {
    fn from(cell: Cell) -> Self {
        cell.to_string()
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Nobody => "nobody",
            Self::Holiday => "holiday",
            Self::Person(person) => person.as_str(),
        })
    }
}

impl Timetable {
    /// A week in which nothing is decided.
    #[must_use]
    pub fn empty(name: &str, week: Week, days: &[Day], hours: &[Time], lines: usize) -> Self {
        let shifts = hours.len().saturating_sub(1);
        let cells = vec![vec![vec![Cell::Open; lines]; shifts]; days.len()];
        Self { name: name.to_owned(), week, days: days.to_vec(), hours: hours.to_vec(), lines, cells }
    }

    /// Shifts of a day.
    #[must_use]
    pub fn shifts(&self) -> usize {
        self.hours.len().saturating_sub(1)
    }

    /// The lines of one shift; none if there is no such shift.
    #[must_use]
    pub fn at(&self, slot: Slot) -> Option<&[Cell]> {
        let day = self.days.iter().position(|day| *day == slot.day)?;
        self.cells.get(day)?.get(slot.shift).map(Vec::as_slice)
    }

    /// One cell, to change it.
    pub fn cell_mut(&mut self, slot: Slot, line: usize) -> Option<&mut Cell> {
        let day = self.days.iter().position(|day| *day == slot.day)?;
        self.cells.get_mut(day)?.get_mut(slot.shift)?.get_mut(line)
    }

    /// Which shift it is at this time (in the timetable's zone); none outside of its week and hours.
    #[must_use]
    pub fn slot_at(&self, now: &Zoned) -> Option<Slot> {
        let (date, time) = (now.date(), now.time());
        let day = Day::of(date);
        if Week::of(date) != self.week || !self.days.contains(&day) {
            return None;
        }
        let begun = self.hours.iter().filter(|from| **from <= time).count();
        (1..=self.shifts()).contains(&begun).then(|| Slot { day, shift: begun - 1 })
    }

    /// The persons of a shift, in the order of its lines.
    pub fn people(&self, slot: Slot) -> impl Iterator<Item = &PersonId> {
        self.at(slot).unwrap_or_default().iter().filter_map(Cell::person)
    }

    /// Date, beginning and end of a shift.
    #[must_use]
    pub fn times(&self, slot: Slot) -> Option<(Date, Time, Time)> {
        let (from, to) = (self.hours.get(slot.shift)?, self.hours.get(slot.shift + 1)?);
        Some((self.week.date(slot.day), *from, *to))
    }

    /// Every shift, day by day.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        let shifts = self.shifts();
        self.days.iter().flat_map(move |&day| (0..shifts).map(move |shift| Slot { day, shift }))
    }
}

#[cfg(test)]
mod tests {
    use jiff::{civil::time, tz::TimeZone};

    use super::*;

    #[test]
    fn a_timetable_knows_whose_shift_it_is() {
        let week = Week::parse("2026-11-23").unwrap();
        let hours = [time(9, 0, 0, 0), time(10, 15, 0, 0), time(14, 0, 0, 0)];
        let mut table = Timetable::empty("phones", week, &[Day::Mon, Day::Tue], &hours, 2);
        let slot = Slot { day: Day::Tue, shift: 1 };
        *table.cell_mut(slot, 1).unwrap() = Cell::Person(PersonId::parse("anna").unwrap());
        let at = |day: Day, hour, minute| {
            let zoned = week.date(day).at(hour, minute, 0, 0).to_zoned(TimeZone::UTC).unwrap();
            table.slot_at(&zoned)
        };
        assert_eq!(at(Day::Tue, 10, 15), Some(slot));
        assert_eq!((at(Day::Tue, 8, 59), at(Day::Tue, 14, 0), at(Day::Wed, 10, 15)), (None, None, None));
        assert_eq!(table.people(slot).map(PersonId::as_str).collect::<Vec<_>>(), ["anna"]);
        let text = serde_json::to_string(&table).unwrap();
        assert!(text.contains(r#"[["open","open"],["open","anna"]]"#), "{text}");
        assert_eq!(serde_json::from_str::<Timetable>(&text).unwrap(), table);
    }
}
