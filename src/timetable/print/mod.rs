//! A week on paper and in calendars: HTML, PDF, CSV, iCalendar. Pure.

mod calendar;
mod color;
mod html;
mod pdf;
mod table;

pub use calendar::{Turns, calendar};
pub use html::html;
pub use pdf::pdf;
pub use table::csv;

use std::collections::BTreeMap;

use crate::model::{Cell, KeptWeek, Person, PersonId, Sheet, WeekState};

/// What is printed.
#[derive(Clone, Copy, Debug)]
pub struct Printed<'a> {
    /// The timetable's name.
    pub name: &'a str,
    /// Which of its tables.
    pub sheet: Sheet,
    /// The table.
    pub kept: &'a KeptWeek,
    /// Who works here: names, colors, extensions.
    pub persons: &'a BTreeMap<PersonId, Person>,
}

impl Printed<'_> {
    /// What stands above the table.
    fn title(&self) -> String {
        match self.sheet {
            Sheet::Forced => format!("{}: forced shifts", self.name),
            Sheet::Week(week) => {
                let draft = if self.kept.state == WeekState::Draft { " (draft)" } else { "" };
                format!("{}: week of {week}{draft}", self.name)
            }
        }
    }

    /// What stands above a day: `mon 2026-11-23`.
    fn head(&self, day: crate::model::Day) -> String {
        match self.sheet {
            Sheet::Forced => day.to_string(),
            Sheet::Week(week) => format!("{day} {}", week.date(day)),
        }
    }

    /// What stands in a cell.
    fn text(&self, cell: &Cell) -> String {
        match cell {
            Cell::Open => "?".to_owned(),
            Cell::Nobody => "–".to_owned(),
            Cell::Holiday => "holiday".to_owned(),
            Cell::Person(id) => self.persons.get(id).map_or_else(|| id.to_string(), |p| p.name.clone()),
        }
    }

    /// A cell's background and the color of the text on it.
    fn colors(&self, cell: &Cell) -> (color::Rgb, color::Rgb) {
        let own = cell.person().map(|id| {
            let set = self.persons.get(id).and_then(|person| person.color.as_deref());
            set.and_then(color::Rgb::parse).unwrap_or_else(|| color::Rgb::of_name(id.as_str()))
        });
        let back = own.unwrap_or(color::Rgb(238, 238, 238));
        (back, back.text_on())
    }
}

#[cfg(test)]
mod tests;
