//! The last change of a table is taken back, and done again.

use jiff::Timestamp;

use super::{FIND, Moment, TableRow, change::put, lock_name};
use crate::{
    model::{KeptWeek, Sheet, WeekState},
    storage::{
        StorageError, Store, codec,
        pool::{args, rows},
    },
};

rows! {
    /// A change with the plan that goes into the table's place.
    struct StepRow {
        number: i64,
        text: String,
        author: String,
        moment: Option<String>,
    }
}

/// What came of taking a change back, or of doing it again.
#[derive(Clone, Debug, PartialEq)]
pub enum Stepped {
    /// The table as it is then, and what the change was.
    Done(KeptWeek, String),
    /// It has another version than was expected, and is left alone.
    Stale(KeptWeek),
    /// The change is another's, and nobody said that it was seen: the table is left alone.
    Others {
        /// The table as it is.
        kept: KeptWeek,
        /// What the change was.
        text: String,
        /// Whose it is.
        by: String,
    },
    /// The week does not change any more.
    Retired,
    /// There is no such change.
    Nothing,
}

const LAST_DONE: &str = "SELECT number, text, author, plan_before AS moment FROM timetable_edits
    WHERE name = $1 AND sheet = $2 AND state = 'done' ORDER BY number DESC LIMIT 1";
const FIRST_UNDONE: &str = "SELECT number, text, COALESCE(undone_by, '') AS author, plan_after AS moment
    FROM timetable_edits WHERE name = $1 AND sheet = $2 AND state = 'undone' ORDER BY number LIMIT 1";
const MARK_UNDONE: &str = "UPDATE timetable_edits SET state = 'undone', plan_after = $4, undone_at = $5,
    undone_by = $6 WHERE name = $1 AND sheet = $2 AND number = $3";
const MARK_DONE: &str = "UPDATE timetable_edits SET state = 'done', plan_after = NULL, undone_at = NULL,
    undone_by = NULL WHERE name = $1 AND sheet = $2 AND number = $3";

impl Store {
    /// Takes the last change back (`is_redo`: does the last one again that was taken back), if the table has the
    /// `expected` version. Without one it must have been `by` who made the change (took it back): nobody's work vanishes
    /// because two meant their own at the same time.
    pub async fn step_timetable(
        &self,
        name: &str,
        sheet: Sheet,
        is_redo: bool,
        expected: Option<i64>,
        by: &str,
        now: Timestamp,
    ) -> Result<Stepped, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            tx.lock(&lock_name(name, sheet)).await?;
            let key = || args![name, sheet.to_string()];
            let rows: Vec<TableRow> = tx.fetch(FIND, key()).await?;
            let old = rows.into_iter().next().map(TableRow::kept).transpose()?;
            let sql = if is_redo { FIRST_UNDONE } else { LAST_DONE };
            let steps: Vec<StepRow> = tx.fetch(sql, key()).await?;
            let (old, number, text, moment) = match allowed(old, steps.into_iter().next(), expected, by) {
                Ok(step) => step,
                Err(refused) => {
                    tx.roll_back().await?;
                    return Ok(*refused);
                }
            };
            let Moment { state, plan } = codec::from_json(&moment)?;
            let new = KeptWeek {
                plan,
                state,
                version: old.version.saturating_add(1),
                updated_at: codec::whole_micros(now),
                updated_by: by.to_owned(),
            };
            put(&mut tx, name, sheet, &new).await?;
            if is_redo {
                tx.execute(MARK_DONE, [key(), args![number]].concat()).await?;
            } else {
                let after = codec::json(&Moment { state: old.state, plan: old.plan })?;
                tx.execute(MARK_UNDONE, [key(), args![number, after, now, by]].concat()).await?;
            }
            tx.commit().await?;
            Ok(Stepped::Done(new, text))
        })
        .await
    }
}

/// The table, and number, text and plan of the step, if `by` may take it, having seen the `expected` version.
fn allowed(
    old: Option<KeptWeek>,
    step: Option<StepRow>,
    expected: Option<i64>,
    by: &str,
) -> Result<(KeptWeek, i64, String, String), Box<Stepped>> {
    let kept = old.ok_or(Stepped::Nothing)?;
    if kept.state == WeekState::Retired {
        return Err(Stepped::Retired.into());
    }
    if expected.is_some_and(|version| version != kept.version) {
        return Err(Stepped::Stale(kept).into());
    }
    let StepRow { number, text, author, moment } = step.ok_or(Stepped::Nothing)?;
    let moment = moment.ok_or(Stepped::Nothing)?;
    if expected.is_none() && author != by {
        return Err(Stepped::Others { kept, text, by: author }.into());
    }
    Ok((kept, number, text, moment))
}
