//! What senders change by version: rules, list entries, links. One transaction each, like orders.

use super::{
    StorageError, Store,
    plan::{self, Known},
    pool::{Arg, Record, Tx, args},
};
use crate::model::Outcome;

/// Two senders of the same new thing: the second one looks again.
const TRIES: u32 = 5;

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Put<T> {
    /// Of what was sent.
    pub outcome: Outcome,
    /// What is stored now; `None` if that is deleted.
    pub now: Option<T>,
    /// The count of changes after this one, where one is kept and something changed.
    pub revision: Option<i64>,
}

/// The statements of one kind of row; each has the key's columns as its first values.
pub(super) struct Table {
    pub(super) find: &'static str,
    pub(super) find_locking: &'static str,
    /// Does nothing where the key is there.
    pub(super) insert: &'static str,
    pub(super) update: &'static str,
    /// Whether each change is counted in `routing_revision`.
    pub(super) is_counted: bool,
}

impl Store {
    /// Writes `row(old)` if the version says so. Gives the row that was there and what became of it.
    pub(super) async fn change_versioned<R: Record>(
        &self,
        table: &Table,
        key: &[Arg],
        decide: impl Fn(Option<&R>) -> Result<(Outcome, Option<Vec<Arg>>), StorageError> + Send,
    ) -> Result<(Outcome, Option<R>, Option<i64>), StorageError> {
        self.within(async {
            for _ in 0..TRIES {
                let mut tx = self.pool.begin().await?;
                let sql = self.pool.for_update(table.find, table.find_locking);
                let old: Option<R> = tx.fetch(sql, key.to_vec()).await?.into_iter().next();
                let (outcome, row) = decide(old.as_ref())?;
                let Some(row) = row else {
                    tx.roll_back().await?;
                    return Ok((outcome, old, None));
                };
                let values: Vec<Arg> = key.iter().cloned().chain(row).collect();
                let sql = if old.is_some() { table.update } else { table.insert };
                if tx.execute(sql, values).await? == 0 {
                    // Somebody else made the row meanwhile.
                    continue;
                }
                let revision = if table.is_counted { Some(count(&mut tx).await?) } else { None };
                tx.commit().await?;
                return Ok((outcome, old, revision));
            }
            Err(StorageError::Unavailable("too many writers of the same row".to_owned()))
        })
        .await
    }
}

/// Counts a change of the rules or lists.
async fn count(tx: &mut Tx) -> Result<i64, StorageError> {
    let sql = "UPDATE routing_revision SET number = number + 1 RETURNING number";
    let rows: Vec<(i64,)> = tx.fetch(sql, args![]).await?;
    rows.first().map(|row| row.0).ok_or_else(|| StorageError::Corrupt("routing_revision is empty".to_owned()))
}

/// What is known of a row.
pub(super) fn known(version: i64, is_deleted: bool, same: bool) -> Known {
    if is_deleted { Known::Deleted(version) } else { Known::Present { version, same } }
}

/// What becomes of a new version, and whether it is written.
pub(super) fn put(known: Known, version: i64) -> (Outcome, bool) {
    let outcome = plan::put_version(known, version);
    (outcome, matches!(outcome, Outcome::Created | Outcome::Applied))
}
