//! A whole table: a blank one, and one in the place of another.

use super::{EditRefused, Edited, Ground, cells::settle};
use crate::model::{Absence, AbsenceKind, Cell, Slot, Timetable, WeekPlan, Who};

/// The same table with the days on which nobody works marked as such.
#[must_use]
pub fn blank(mut table: Timetable, absences: &[Absence]) -> Timetable {
    let closing = |absence: &&Absence| {
        absence.kind == AbsenceKind::Holiday && absence.who == Who::Everybody && !absence.optional
    };
    let closing: Vec<&Absence> = absences.iter().filter(closing).collect();
    let slots: Vec<Slot> = table.slots().collect();
    for slot in slots {
        let shift = u32::try_from(slot.shift).unwrap_or(u32::MAX);
        if closing.iter().any(|absence| absence.takes(table.week, slot.day, shift)) {
            for line in 0..table.lines {
                if let Some(cell) = table.cell_mut(slot, line) {
                    *cell = Cell::Holiday;
                }
            }
        }
    }
    table
}

/// The new table in the place of the old plan. Only what the old one did not contradict counts against it; a plan that
/// was not there before is compared with a blank one.
///
/// # Errors
/// A shape that does not fit itself, and as for an edit.
pub fn replace(
    old: &WeekPlan,
    table: Timetable,
    ground: &Ground<'_>,
    force: bool,
) -> Result<Edited, EditRefused> {
    let out = |field, why: String| EditRefused::OutOfBounds { field, why };
    if table.cells.len() != table.days.len() {
        return Err(out(
            "cells",
            format!("{} days are named, {} are there", table.days.len(), table.cells.len()),
        ));
    }
    for (day, shifts) in table.days.iter().zip(&table.cells) {
        if shifts.len() != table.shifts() {
            return Err(out(
                "cells",
                format!("{day} has {} shifts, and not {}", shifts.len(), table.shifts()),
            ));
        }
        if let Some(shift) = shifts.iter().position(|cells| cells.len() != table.lines) {
            let why =
                format!("shift {shift} of {day} has {} lines, and not {}", shifts[shift].len(), table.lines);
            return Err(out("cells", why));
        }
    }
    // Open lines of a new table are still to be filled by hand: they are told, not refused.
    let ground = Ground { max_empty_lines: None, ..*ground };
    settle(old, table, "stored the whole table".to_owned(), &ground, force)
}
