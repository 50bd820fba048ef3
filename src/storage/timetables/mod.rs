//! Timetables: the weeks and each change of them, what planning found, credit of shifts, secrets of calendars.

mod calendar;
mod change;
mod credit;
mod plannings;
mod undo;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use change::{TableChange, TableSummary};
pub use undo::Stepped;

use super::{
    StorageError, Store, codec,
    pool::{args, rows},
};
use crate::model::{KeptWeek, Sheet, TableEdit, WeekPlan, WeekState};

rows! {
    /// A row of `timetables`.
    struct TableRow {
        state: String,
        version: i64,
        plan: String,
        updated_at: i64,
        updated_by: String,
    }
}

rows! {
    /// A row of `timetable_edits`, without the plans.
    struct EditRow {
        number: i64,
        at: i64,
        author: String,
        text: String,
        undone_at: Option<i64>,
        undone_by: Option<String>,
    }
}

/// State and plan before or after a change.
#[derive(Serialize, Deserialize)]
struct Moment {
    state: WeekState,
    plan: WeekPlan,
}

const FIND: &str =
    "SELECT state, version, plan, updated_at, updated_by FROM timetables WHERE name = $1 AND sheet = $2";

impl TableRow {
    fn kept(self) -> Result<KeptWeek, StorageError> {
        Ok(KeptWeek {
            plan: codec::from_json(&self.plan)?,
            state: codec::from_word(&self.state)?,
            version: self.version,
            updated_at: codec::time(self.updated_at)?,
            updated_by: self.updated_by,
        })
    }
}

impl EditRow {
    fn edit(self) -> Result<TableEdit, StorageError> {
        let undone_at = codec::time_or_none(self.undone_at)?;
        Ok(TableEdit {
            number: self.number,
            at: codec::time(self.at)?,
            by: self.author,
            text: self.text,
            undone: undone_at.zip(self.undone_by),
        })
    }
}

/// The name under which writers of one table wait for each other.
fn lock_name(name: &str, sheet: Sheet) -> String {
    format!("timetable/{name}/{sheet}")
}

impl Store {
    /// One table as it is now.
    pub async fn timetable(&self, name: &str, sheet: Sheet) -> Result<Option<KeptWeek>, StorageError> {
        self.within(async {
            let rows: Vec<TableRow> = self.pool.fetch(FIND, args![name, sheet.to_string()]).await?;
            rows.into_iter().next().map(TableRow::kept).transpose()
        })
        .await
    }

    /// The changes of a table before the one with this number, newest first.
    pub async fn timetable_log(
        &self,
        name: &str,
        sheet: Sheet,
        before: i64,
        limit: u32,
    ) -> Result<Vec<TableEdit>, StorageError> {
        let sql = "SELECT number, at, author, text, undone_at, undone_by FROM timetable_edits
            WHERE name = $1 AND sheet = $2 AND number < $3 ORDER BY number DESC LIMIT $4";
        let values = args![name, sheet.to_string(), before, i64::from(limit)];
        let rows: Vec<EditRow> = self.within(self.pool.fetch(sql, values)).await?;
        rows.into_iter().map(EditRow::edit).collect()
    }

    /// Writes the changes of a table that was kept elsewhere, oldest first, where it has none here; nothing of them can
    /// be undone.
    pub async fn import_timetable_log(
        &self,
        name: &str,
        sheet: Sheet,
        edits: &[(Timestamp, String, String)],
    ) -> Result<(), StorageError> {
        let sql = "INSERT INTO timetable_edits (name, sheet, number, at, author, text, state)
            VALUES ($1, $2, $3, $4, $5, $6, 'dropped') ON CONFLICT DO NOTHING";
        self.within(async {
            let mut tx = self.pool.begin().await?;
            tx.lock(&lock_name(name, sheet)).await?;
            let sheet = sheet.to_string();
            for (place, (at, by, text)) in edits.iter().enumerate() {
                // Below the versions of this program's own changes.
                let number = i64::try_from(place).unwrap_or(0) - 1_000_000;
                let values = args![name, sheet.as_str(), number, *at, by.as_str(), text.as_str()];
                tx.execute(sql, values).await?;
            }
            tx.commit().await
        })
        .await
    }
}
