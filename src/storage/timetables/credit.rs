//! Credit of shifts: what was frozen when weeks were retired.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{TableRow, lock_name};
use crate::{
    model::{PersonId, Sheet, Week, WeekState},
    storage::{
        StorageError, Store, codec,
        pool::{Tx, args, rows},
    },
};

rows! {
    /// A row of `timetable_credits`.
    struct CreditRow {
        week: String,
        credits: String,
    }
}

const LATEST: &str = "SELECT week, credits FROM timetable_credits WHERE name = $1 AND week <= $2
    ORDER BY week DESC LIMIT 1";
const FREEZE: &str = "INSERT INTO timetable_credits (name, week, credits, frozen_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (name, week) DO UPDATE SET credits = excluded.credits, frozen_at = excluded.frozen_at";
const BETWEEN: &str = "SELECT state, version, plan, updated_at, updated_by FROM timetables
    WHERE name = $1 AND sheet <> 'forced' AND sheet > $2 AND sheet <= $3 AND state <> 'draft' ORDER BY sheet";
const PUBLISHED: &str = "SELECT sheet FROM timetables
    WHERE name = $1 AND sheet <> 'forced' AND sheet <= $2 AND state = 'published' ORDER BY sheet";
const RETIRE: &str = "UPDATE timetables SET state = 'retired', version = version + 1, updated_at = $3,
    updated_by = $4 WHERE name = $1 AND sheet <> 'forced' AND sheet <= $2 AND state = 'published'";

/// Each one's shifts above (or below) the share of work.
type Credits = BTreeMap<PersonId, f64>;

impl Store {
    /// The credit at the end of a week: what was frozen last, at that week or before, and the overloads of the weeks
    /// after it up to that week, drafts left out.
    pub async fn timetable_credit(&self, name: &str, week: Week) -> Result<Credits, StorageError> {
        let rows: Vec<CreditRow> =
            self.within(self.pool.fetch(LATEST, args![name, week.to_string()])).await?;
        let (since, credits) = latest(rows)?;
        let values = args![name, since, week.to_string()];
        let rows: Vec<TableRow> = self.within(self.pool.fetch(BETWEEN, values)).await?;
        added(credits, rows)
    }

    /// The credits that were frozen, by the week at whose end.
    pub async fn frozen_credits(&self, name: &str) -> Result<BTreeMap<Week, Credits>, StorageError> {
        let sql = "SELECT week, credits FROM timetable_credits WHERE name = $1";
        let rows: Vec<CreditRow> = self.within(self.pool.fetch(sql, args![name])).await?;
        let read = |row: CreditRow| {
            let week = Week::parse(&row.week).map_err(StorageError::Corrupt)?;
            Ok((week, codec::from_json(&row.credits)?))
        };
        rows.into_iter().map(read).collect()
    }

    /// Stores a credit as frozen at the end of a week (an empty one forgives all).
    pub async fn freeze_credit(
        &self,
        name: &str,
        week: Week,
        credits: &Credits,
        now: Timestamp,
    ) -> Result<(), StorageError> {
        let values = args![name, week.to_string(), codec::json(credits)?, now];
        self.within(async { self.pool.execute(FREEZE, values).await.map(|_| ()) }).await
    }

    /// Retires the published weeks up to this one and freezes the credit at its end. How many there were.
    pub async fn retire_timetables(
        &self,
        name: &str,
        until: Week,
        by: &str,
        now: Timestamp,
    ) -> Result<u64, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let weeks: Vec<(String,)> = tx.fetch(PUBLISHED, args![name, until.to_string()]).await?;
            // Whoever edits one of them now is waited for: the edit is in the credit, or refused.
            for (week,) in weeks {
                let week = Week::parse(&week).map_err(StorageError::Corrupt)?;
                tx.lock(&lock_name(name, Sheet::Week(week))).await?;
            }
            let credits = credit_in(&mut tx, name, until).await?;
            let retired = tx.execute(RETIRE, args![name, until.to_string(), now, by]).await?;
            if retired > 0 {
                let values = args![name, until.to_string(), codec::json(&credits)?, now];
                tx.execute(FREEZE, values).await?;
            }
            tx.commit().await?;
            Ok(retired)
        })
        .await
    }

    /// Whether a week is there, and how far it has come.
    pub async fn timetable_state(&self, name: &str, week: Week) -> Result<Option<WeekState>, StorageError> {
        let sql = "SELECT state FROM timetables WHERE name = $1 AND sheet = $2";
        let rows: Vec<(String,)> = self.within(self.pool.fetch(sql, args![name, week.to_string()])).await?;
        rows.first().map(|(state,)| codec::from_word(state)).transpose()
    }
}

/// As [`Store::timetable_credit`], as a transaction sees it.
async fn credit_in(tx: &mut Tx, name: &str, week: Week) -> Result<Credits, StorageError> {
    let rows: Vec<CreditRow> = tx.fetch(LATEST, args![name, week.to_string()]).await?;
    let (since, credits) = latest(rows)?;
    added(credits, tx.fetch(BETWEEN, args![name, since, week.to_string()]).await?)
}

/// What was frozen last, and at the end of which week.
fn latest(rows: Vec<CreditRow>) -> Result<(String, Credits), StorageError> {
    match rows.into_iter().next() {
        Some(row) => Ok((row.week, codec::from_json(&row.credits)?)),
        None => Ok((String::new(), Credits::new())),
    }
}

/// The same with the overloads of these weeks.
fn added(mut credits: Credits, weeks: Vec<TableRow>) -> Result<Credits, StorageError> {
    for row in weeks {
        for (person, overload) in row.kept()?.plan.overload {
            *credits.entry(person).or_default() += overload;
        }
    }
    Ok(credits)
}
