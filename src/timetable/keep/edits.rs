//! Tables are edited: cells, lines, a whole one, and back again.

use jiff::Timestamp;

use super::{Crew, TimetableError, Timetables};
use crate::{
    model::{Cell, Day, KeptWeek, Sheet, Slot, WeekPlan, WeekState},
    storage::{Stepped, TableChange},
    timetable::edit::{
        CellChange, Conflict, EditRefused, Edited, add_line, blank, change, remove_line, replace, swap,
    },
};

/// Who edits, having seen what, and how firmly.
#[derive(Clone, Debug)]
pub struct By {
    /// The author that the log names.
    pub who: String,
    /// When.
    pub at: Timestamp,
    /// The version that the author saw; none: whatever it is.
    pub version: Option<i64>,
    /// What needs force is done all the same.
    pub force: bool,
}

/// A whole table to be stored. What is not given is as the configuration has it.
#[derive(Clone, Debug, Default)]
pub struct NewTable {
    /// Its days.
    pub days: Option<Vec<Day>>,
    /// Where its shifts begin and the last one ends.
    pub hours: Option<Vec<jiff::civil::Time>>,
    /// By day, shift and line; none: nothing is decided.
    pub cells: Option<Vec<Vec<Vec<Cell>>>>,
}

/// A table as it is after an edit, and what the edit contradicts all the same.
pub type AfterEdit = (KeptWeek, Vec<Conflict>);

impl Timetables {
    /// Persons, and absences of this week.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn crew(&self, sheet: Sheet) -> Result<Crew, TimetableError> {
        Ok(Crew::of(&*self.inner().staff, sheet.week()).await?)
    }

    /// Makes all changes of cells or none.
    ///
    /// # Errors
    /// What the table does not take, with the reason.
    pub async fn change_cells(
        &self,
        name: &str,
        sheet: Sheet,
        changes: &[CellChange],
        by: &By,
    ) -> Result<AfterEdit, TimetableError> {
        let config = self.settings(name)?;
        let crew = self.crew(sheet).await?;
        let ground = crew.ground(config);
        self.edit(name, sheet, by, |plan| change(plan, changes, &ground, by.force)).await
    }

    /// Swaps what is in two cells.
    ///
    /// # Errors
    /// As [`Timetables::change_cells`].
    pub async fn swap(
        &self,
        name: &str,
        sheet: Sheet,
        one: (Slot, usize),
        other: (Slot, usize),
        by: &By,
    ) -> Result<AfterEdit, TimetableError> {
        let config = self.settings(name)?;
        let crew = self.crew(sheet).await?;
        let ground = crew.ground(config);
        self.edit(name, sheet, by, |plan| swap(plan, one, other, &ground, by.force)).await
    }

    /// Adds a line, or takes the last one away.
    ///
    /// # Errors
    /// Somebody is on that line.
    pub async fn change_lines(
        &self,
        name: &str,
        sheet: Sheet,
        add: bool,
        by: &By,
    ) -> Result<KeptWeek, TimetableError> {
        let edited = self.edit(name, sheet, by, |plan| {
            let (plan, text) =
                if add { (add_line(plan)?, "added a line") } else { (remove_line(plan)?, "removed a line") };
            Ok(Edited { plan, text: text.to_owned(), conflicts: Vec::new() })
        });
        Ok(edited.await?.0)
    }

    /// Stores a whole table in the place of what was there.
    ///
    /// # Errors
    /// A shape that does not fit itself, or what the table contradicts.
    pub async fn put(
        &self,
        name: &str,
        sheet: Sheet,
        new: NewTable,
        by: &By,
    ) -> Result<AfterEdit, TimetableError> {
        let kind = self.kind(name)?;
        let crew = self.crew(sheet).await?;
        let ground = crew.ground(&kind.config);
        let mut table = kind.empty(name, sheet);
        (table.days, table.hours) = (new.days.unwrap_or(table.days), new.hours.unwrap_or(table.hours));
        let days_once = table.days.windows(2).all(|pair| pair[0] < pair[1]) && !table.days.is_empty();
        let hours_rise = table.hours.windows(2).all(|pair| pair[0] < pair[1]) && table.hours.len() > 1;
        if !days_once || !hours_rise || table.hours.len() > 97 {
            let (field, why) = if days_once {
                ("hours", "the shifts' limits rise, and there are 2 to 97")
            } else {
                ("days", "days stand in their order, each once, at least one")
            };
            return Err(EditRefused::OutOfBounds { field, why: why.to_owned() }.into());
        }
        let lines = new.cells.as_ref().and_then(|cells| cells.first()?.first()).map_or(table.lines, Vec::len);
        if !(1..=100).contains(&lines) {
            let why = "a shift has 1 to 100 lines".to_owned();
            return Err(EditRefused::OutOfBounds { field: "cells", why }.into());
        }
        let (days, hours) = (table.days.clone(), table.hours.clone());
        let mut table = crate::model::Timetable::empty(name, sheet.week(), &days, &hours, lines);
        let nothing = blank(table.clone(), &crew.absences);
        table.cells = new.cells.unwrap_or_else(|| nothing.cells.clone());
        let decide = |old: Option<&KeptWeek>| {
            check(old, by.version)?;
            let before = match old {
                Some(old) => old.plan.clone(),
                None => WeekPlan::of(nothing),
            };
            let mut edited = replace(&before, table, &ground, by.force)?;
            let is_new = old.is_none() || before.table != edited.plan.table;
            let state = old.map(|old| old.state).unwrap_or_default();
            if old.is_none() {
                // A table that was made elsewhere moves nobody's share of the work.
                edited.plan.overload.clear();
            }
            let change = TableChange { plan: edited.plan, state, text: edited.text };
            Ok::<_, EditRefused>((is_new.then_some(change), edited.conflicts))
        };
        self.write(name, sheet, "stored", by, decide).await
    }

    /// Takes the last change back, or does the one again that was taken back last. Gives what it was too.
    ///
    /// # Errors
    /// There is none, the table has another version than the author saw, or the change is another's and the author
    /// says of no version to have seen it.
    pub async fn step(
        &self,
        name: &str,
        sheet: Sheet,
        is_redo: bool,
        by: &By,
    ) -> Result<(KeptWeek, String), TimetableError> {
        self.kind(name)?;
        let store = &self.inner().store;
        let stepped = store.step_timetable(name, sheet, is_redo, by.version, &by.who, by.at).await?;
        match stepped {
            Stepped::Done(kept, text) => {
                self.tell(name, sheet, if is_redo { "redone" } else { "undone" }, &by.who);
                Ok((kept, text))
            }
            Stepped::Stale(kept) => Err(stale(&kept, by.version.unwrap_or_default()).into()),
            Stepped::Others { kept, text, by } => {
                Err(EditRefused::Others { by, what: text, now: kept.version }.into())
            }
            Stepped::Retired => Err(EditRefused::Retired.into()),
            Stepped::Nothing => {
                Err(EditRefused::Nothing(if is_redo { "do again" } else { "take back" }).into())
            }
        }
    }

    async fn edit(
        &self,
        name: &str,
        sheet: Sheet,
        by: &By,
        make: impl FnOnce(&WeekPlan) -> Result<Edited, EditRefused> + Send,
    ) -> Result<AfterEdit, TimetableError> {
        let kind = self.kind(name)?;
        let blank = (sheet == Sheet::Forced).then(|| WeekPlan::of(kind.empty(name, sheet)));
        let decide = |old: Option<&KeptWeek>| {
            check(old, by.version)?;
            let plan = old.map(|old| &old.plan).or(blank.as_ref()).ok_or(EditRefused::Absent)?;
            let mut edited = make(plan)?;
            if sheet == Sheet::Forced {
                edited.plan.overload.clear();
            }
            let state = old.map_or(WeekState::Draft, |old| old.state);
            let Edited { plan, text, conflicts } = edited;
            let change = (!text.is_empty()).then_some(TableChange { plan, state, text });
            Ok((change, conflicts))
        };
        self.write(name, sheet, "edited", by, decide).await
    }

    async fn write(
        &self,
        name: &str,
        sheet: Sheet,
        what: &str,
        by: &By,
        decide: impl FnOnce(Option<&KeptWeek>) -> Result<(Option<TableChange>, Vec<Conflict>), EditRefused> + Send,
    ) -> Result<AfterEdit, TimetableError> {
        let mut conflicts = Vec::new();
        let shown = &mut conflicts;
        let written = self.inner().store.change_timetable(name, sheet, &by.who, by.at, move |old| {
            let (change, found) = decide(old)?;
            *shown = found;
            Ok::<_, EditRefused>(change)
        });
        let kept = written.await??.ok_or(EditRefused::Absent)?;
        self.tell(name, sheet, what, &by.who);
        Ok((kept, conflicts))
    }
}

/// Whether a table may be changed by somebody who saw this version.
pub(super) fn check(old: Option<&KeptWeek>, seen: Option<i64>) -> Result<(), EditRefused> {
    let Some(old) = old else { return Ok(()) };
    if old.state == WeekState::Retired {
        return Err(EditRefused::Retired);
    }
    match seen.filter(|seen| *seen != old.version) {
        Some(seen) => Err(stale(old, seen)),
        None => Ok(()),
    }
}

fn stale(old: &KeptWeek, seen: i64) -> EditRefused {
    EditRefused::Version { seen, now: old.version, by: old.updated_by.clone() }
}
