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
        moment: Option<String>,
    }
}

const LAST_DONE: &str = "SELECT number, text, plan_before AS moment FROM timetable_edits
    WHERE name = $1 AND sheet = $2 AND state = 'done' ORDER BY number DESC LIMIT 1";
const FIRST_UNDONE: &str = "SELECT number, text, plan_after AS moment FROM timetable_edits
    WHERE name = $1 AND sheet = $2 AND state = 'undone' ORDER BY number LIMIT 1";
const MARK_UNDONE: &str = "UPDATE timetable_edits SET state = 'undone', plan_after = $4, undone_at = $5,
    undone_by = $6 WHERE name = $1 AND sheet = $2 AND number = $3";
const MARK_DONE: &str = "UPDATE timetable_edits SET state = 'done', plan_after = NULL, undone_at = NULL,
    undone_by = NULL WHERE name = $1 AND sheet = $2 AND number = $3";

impl Store {
    /// Takes the last change back (`is_redo`: does the last one again that was taken back). Gives the table as it is
    /// then and what the change was; none if there is no such change, or the table is retired. A table that has
    /// another version than `expected` is left alone, and given with no text.
    pub async fn step_timetable(
        &self,
        name: &str,
        sheet: Sheet,
        is_redo: bool,
        expected: Option<i64>,
        by: &str,
        now: Timestamp,
    ) -> Result<Option<(KeptWeek, Option<String>)>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            tx.lock(&lock_name(name, sheet)).await?;
            let key = || args![name, sheet.to_string()];
            let rows: Vec<TableRow> = tx.fetch(FIND, key()).await?;
            let Some(old) = rows.into_iter().next().map(TableRow::kept).transpose()? else {
                tx.roll_back().await?;
                return Ok(None);
            };
            if expected.is_some_and(|version| version != old.version) {
                tx.roll_back().await?;
                return Ok(Some((old, None)));
            }
            let sql = if is_redo { FIRST_UNDONE } else { LAST_DONE };
            let steps: Vec<StepRow> = tx.fetch(sql, key()).await?;
            let step = steps.into_iter().next();
            let step = step.and_then(|step| Some((step.number, step.text, step.moment?)));
            let Some((number, text, moment)) = step.filter(|_| old.state != WeekState::Retired) else {
                tx.roll_back().await?;
                return Ok(None);
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
            Ok(Some((new, Some(text))))
        })
        .await
    }
}
