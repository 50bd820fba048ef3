//! Changes of a table: pure functions of the table, the people and what they may not do.

mod cells;
mod conflicts;
mod lines;
mod refused;
mod whole;

pub use cells::{CellChange, Edited, change, swap};
pub use conflicts::{Conflict, ConflictKind, Ground, Severity, away, conflicts};
pub use lines::{add_line, remove_line};
pub use refused::EditRefused;
pub use whole::{blank, replace};

use crate::model::{Slot, Timetable};

/// A place as people read it: `mon 09:00-10:15 L1`.
#[must_use]
pub fn place(table: &Timetable, slot: Slot, line: usize) -> String {
    format!("{} L{}", shift_name(table, slot), line + 1)
}

/// A shift as people read it: `mon 09:00-10:15`.
#[must_use]
pub fn shift_name(table: &Timetable, slot: Slot) -> String {
    let hour = |index: usize| table.hours.get(index).map(|time| time.strftime("%H:%M").to_string());
    let (from, to) = (hour(slot.shift).unwrap_or_default(), hour(slot.shift + 1).unwrap_or_default());
    format!("{} {from}-{to}", slot.day)
}

#[cfg(test)]
mod tests;
