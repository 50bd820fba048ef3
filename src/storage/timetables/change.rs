//! A table is changed: one transaction that reads it, lets its caller decide, and keeps what was before.

use jiff::Timestamp;

use super::{FIND, Moment, TableRow, lock_name};
use crate::{
    model::{KeptWeek, Sheet, Week, WeekPlan, WeekState},
    storage::{
        StorageError, Store, codec,
        pool::{Tx, args, rows},
    },
};

/// Changes of one table that can be undone.
const UNDOABLE: i64 = 100;

/// What a table becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct TableChange {
    /// What it says then.
    pub plan: WeekPlan,
    /// How far it has come then.
    pub state: WeekState,
    /// What was done, in one sentence.
    pub text: String,
}

/// A week in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableSummary {
    /// Which.
    pub week: Week,
    /// How far it has come.
    pub state: WeekState,
    /// Grows with each change.
    pub version: i64,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// Who changed it last.
    pub updated_by: String,
}

rows! {
    /// A week without its table.
    struct SummaryRow {
        sheet: String,
        state: String,
        version: i64,
        updated_at: i64,
        updated_by: String,
    }
}

const PUT: &str = "INSERT INTO timetables (name, sheet, state, version, plan, updated_at, updated_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (name, sheet) DO UPDATE SET state = excluded.state, version = excluded.version,
    plan = excluded.plan, updated_at = excluded.updated_at, updated_by = excluded.updated_by";
const EDIT: &str = "INSERT INTO timetable_edits (name, sheet, number, at, author, text, state, plan_before)
    VALUES ($1, $2, $3, $4, $5, $6, 'done', $7)";
const DROP_UNDONE: &str =
    "UPDATE timetable_edits SET state = 'dropped', plan_before = NULL, plan_after = NULL
    WHERE name = $1 AND sheet = $2 AND state = 'undone'";
const FORGET: &str = "UPDATE timetable_edits SET plan_before = NULL
    WHERE name = $1 AND sheet = $2 AND number <= $3 AND plan_before IS NOT NULL";
const LIST: &str = "SELECT sheet, state, version, updated_at, updated_by FROM timetables
    WHERE name = $1 AND sheet <> 'forced' ORDER BY sheet DESC LIMIT $2";
const TABLES: &str = "SELECT state, version, plan, updated_at, updated_by FROM timetables
    WHERE name = $1 AND sheet <> 'forced' AND sheet >= $2 AND state <> 'draft' ORDER BY sheet LIMIT 200";

impl Store {
    /// Changes a table as `decide` says of what is there, and keeps what was before so that it can be undone; no change
    /// leaves it as it is. Gives the table as it is then, or what `decide` refused it with.
    pub async fn change_timetable<E: Send>(
        &self,
        name: &str,
        sheet: Sheet,
        by: &str,
        now: Timestamp,
        decide: impl FnOnce(Option<&KeptWeek>) -> Result<Option<TableChange>, E> + Send,
    ) -> Result<Result<Option<KeptWeek>, E>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            tx.lock(&lock_name(name, sheet)).await?;
            let rows: Vec<TableRow> = tx.fetch(FIND, args![name, sheet.to_string()]).await?;
            let old = rows.into_iter().next().map(TableRow::kept).transpose()?;
            let change = match decide(old.as_ref()) {
                Ok(Some(change)) => change,
                Ok(None) => {
                    tx.roll_back().await?;
                    return Ok(Ok(old));
                }
                Err(refused) => {
                    tx.roll_back().await?;
                    return Ok(Err(refused));
                }
            };
            let version = old.as_ref().map_or(1, |old| old.version.saturating_add(1));
            let before =
                old.map(|old| codec::json(&Moment { state: old.state, plan: old.plan })).transpose()?;
            let new = KeptWeek {
                plan: change.plan,
                state: change.state,
                version,
                updated_at: codec::whole_micros(now),
                updated_by: by.to_owned(),
            };
            put(&mut tx, name, sheet, &new).await?;
            let text_of_sheet = sheet.to_string();
            let key = || args![name, text_of_sheet.as_str()];
            tx.execute(DROP_UNDONE, key()).await?;
            let values = [key(), args![version, now, by, change.text.as_str(), before]].concat();
            tx.execute(EDIT, values).await?;
            tx.execute(FORGET, [key(), args![version - UNDOABLE]].concat()).await?;
            tx.commit().await?;
            Ok(Ok(Some(new)))
        })
        .await
    }

    /// The weeks of a timetable, latest first.
    pub async fn timetable_weeks(&self, name: &str, limit: u32) -> Result<Vec<TableSummary>, StorageError> {
        let rows: Vec<SummaryRow> = self.within(self.pool.fetch(LIST, args![name, i64::from(limit)])).await?;
        rows.into_iter()
            .map(|row| {
                Ok(TableSummary {
                    week: Week::parse(&row.sheet).map_err(StorageError::Corrupt)?,
                    state: codec::from_word(&row.state)?,
                    version: row.version,
                    updated_at: codec::time(row.updated_at)?,
                    updated_by: row.updated_by,
                })
            })
            .collect()
    }

    /// The weeks from this one on that are, or were, gone by, earliest first, at most 200.
    pub async fn timetables_since(&self, name: &str, week: Week) -> Result<Vec<KeptWeek>, StorageError> {
        let rows: Vec<TableRow> = self.within(self.pool.fetch(TABLES, args![name, week.to_string()])).await?;
        rows.into_iter().map(TableRow::kept).collect()
    }
}

/// Writes a table in the place of what was there.
pub(super) async fn put(tx: &mut Tx, name: &str, sheet: Sheet, kept: &KeptWeek) -> Result<(), StorageError> {
    let values = args![
        name,
        sheet.to_string(),
        codec::word(kept.state)?,
        kept.version,
        codec::json(&kept.plan)?,
        kept.updated_at,
        kept.updated_by.as_str(),
    ];
    tx.execute(PUT, values).await.map(|_| ())
}
