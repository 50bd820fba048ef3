//! Lines are added to a table, or taken away.

use super::EditRefused;
use crate::model::{Cell, WeekPlan};

/// Lines of a table at most.
const MOST: usize = 100;

/// One more line, in which nothing is decided.
///
/// # Errors
/// The table has as many as can be.
pub fn add_line(plan: &WeekPlan) -> Result<WeekPlan, EditRefused> {
    if plan.table.lines >= MOST {
        return Err(EditRefused::Line(format!("a table has at most {MOST} lines")));
    }
    let mut plan = plan.clone();
    plan.table.lines += 1;
    for cells in plan.table.cells.iter_mut().flatten() {
        cells.push(Cell::Open);
    }
    Ok(plan)
}

/// Without the last line.
///
/// # Errors
/// Somebody is on it, or it is the only one.
pub fn remove_line(plan: &WeekPlan) -> Result<WeekPlan, EditRefused> {
    if plan.table.lines <= 1 {
        return Err(EditRefused::Line("a table has at least one line".to_owned()));
    }
    let last = plan.table.lines - 1;
    let who = plan.table.cells.iter().flatten().find_map(|cells| cells.get(last)?.person());
    if let Some(person) = who {
        let why = format!("line {} has {person} on it: empty it first", last + 1);
        return Err(EditRefused::Line(why));
    }
    let mut plan = plan.clone();
    plan.table.lines = last;
    for cells in plan.table.cells.iter_mut().flatten() {
        cells.truncate(last);
    }
    Ok(plan)
}
