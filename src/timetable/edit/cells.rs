//! Cells are changed: one, several at once, or two for each other.

use std::collections::BTreeMap;

use super::{Conflict, EditRefused, Ground, Severity, conflicts, place};
use crate::model::{Cell, PersonId, Slot, Timetable, WeekPlan};

/// What one cell becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellChange {
    /// The shift.
    pub slot: Slot,
    /// The line, the first is 0.
    pub line: usize,
    /// What it becomes.
    pub to: Cell,
    /// What the editor saw there; none: whatever it is.
    pub was: Option<Cell>,
}

/// A table after a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// What it says now.
    pub plan: WeekPlan,
    /// What was done, in one sentence; empty: nothing is different.
    pub text: String,
    /// What the change contradicts, and was made all the same.
    pub conflicts: Vec<Conflict>,
}

/// Makes all changes or none. With `force` also those that need it.
///
/// # Errors
/// What is out of bounds, changed meanwhile, or contradicts what is known.
pub fn change(
    plan: &WeekPlan,
    changes: &[CellChange],
    ground: &Ground<'_>,
    force: bool,
) -> Result<Edited, EditRefused> {
    let mut table = plan.table.clone();
    let mut texts = Vec::new();
    for change in changes {
        let now = cell(&table, change.slot, change.line)?.clone();
        let place = place(&table, change.slot, change.line);
        if let Some(was) = change.was.as_ref().filter(|was| **was != now) {
            return Err(EditRefused::Changed { place, was: was.clone(), now });
        }
        if change.to == now {
            continue;
        }
        if let Some(cell) = table.cell_mut(change.slot, change.line) {
            texts.push(format!("changed {place} from {now} to {}", change.to));
            *cell = change.to.clone();
        }
    }
    settle(plan, table, texts.join("; "), ground, force)
}

/// Puts what is in one cell into the other, and the other way round.
///
/// # Errors
/// As [`change`].
pub fn swap(
    plan: &WeekPlan,
    one: (Slot, usize),
    other: (Slot, usize),
    ground: &Ground<'_>,
    force: bool,
) -> Result<Edited, EditRefused> {
    let mut table = plan.table.clone();
    let first = cell(&table, one.0, one.1)?.clone();
    let second = cell(&table, other.0, other.1)?.clone();
    let (here, there) = (place(&table, one.0, one.1), place(&table, other.0, other.1));
    let text = if first == second {
        String::new()
    } else {
        format!("swapped {first} at {here} and {second} at {there}")
    };
    for ((slot, line), to) in [(one, second), (other, first)] {
        if let Some(cell) = table.cell_mut(slot, line) {
            *cell = to;
        }
    }
    settle(plan, table, text, ground, force)
}

/// Looks what a new table contradicts that the old one did not, and counts whose work it moved.
pub(super) fn settle(
    plan: &WeekPlan,
    table: Timetable,
    text: String,
    ground: &Ground<'_>,
    force: bool,
) -> Result<Edited, EditRefused> {
    let before = conflicts(&plan.table, ground);
    let is_new = |conflict: &Conflict| {
        !before.iter().any(|old| old.is_about_the_same(conflict) && old.amount >= conflict.amount)
    };
    let new: Vec<Conflict> = conflicts(&table, ground).into_iter().filter(is_new).collect();
    let most = if force { Severity::NeedsForce } else { Severity::Shown };
    let refused: Vec<Conflict> = new.iter().filter(|c| c.severity > most).cloned().collect();
    if !refused.is_empty() {
        return Err(EditRefused::Conflicts(refused));
    }
    let overload = moved(&plan.overload, &plan.table, &table);
    Ok(Edited { plan: WeekPlan { table, overload, ..plan.clone() }, text, conflicts: new })
}

/// Each one's overload after the work of the one table became that of the other.
fn moved(overload: &BTreeMap<PersonId, f64>, from: &Timetable, to: &Timetable) -> BTreeMap<PersonId, f64> {
    let mut overload = overload.clone();
    let everybody = |table: &Timetable| -> Vec<PersonId> {
        table.slots().flat_map(|slot| table.people(slot).cloned().collect::<Vec<_>>()).collect()
    };
    let mut turns: BTreeMap<PersonId, f64> = BTreeMap::new();
    for person in everybody(to) {
        *turns.entry(person).or_default() += 1.0;
    }
    for person in everybody(from) {
        *turns.entry(person).or_default() -= 1.0;
    }
    for (person, turns) in turns.into_iter().filter(|(_, turns)| turns.abs() > 0.5) {
        *overload.entry(person).or_default() += turns;
    }
    overload
}

fn cell(table: &Timetable, slot: Slot, line: usize) -> Result<&Cell, EditRefused> {
    let out = |field, why| EditRefused::OutOfBounds { field, why };
    if !table.days.contains(&slot.day) {
        let days: Vec<&str> = table.days.iter().map(|day| day.as_str()).collect();
        return Err(out("day", format!("the table's days are {}", days.join(", "))));
    }
    if slot.shift >= table.shifts() {
        return Err(out("shift", format!("a day has {} shifts, the first is 0", table.shifts())));
    }
    let lines = table.at(slot).unwrap_or_default();
    lines.get(line).ok_or_else(|| out("line", format!("there are {} lines, the first is 0", table.lines)))
}
