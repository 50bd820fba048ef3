//! Orders that nobody wants any more while their call is being made: noted on disk, so that no crash forgets it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    model::{CallOrder, CallOrderId},
    storage::{StorageError, Store, codec, pool::args},
};

/// How an order that is being called is not wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unwanted {
    /// Its call is to be hung up.
    Now,
    /// The call that is being made goes on, and is the last one.
    After,
}

/// One that waits is over; of one that is being called it is noted, and a stronger wish stays.
pub(super) const CANCEL: &str = "UPDATE call_orders SET
    state = CASE WHEN state = 'waiting' THEN 'ended' ELSE state END,
    ended_as = CASE WHEN state = 'waiting' THEN 'cancelled' ELSE ended_as END,
    ended_at = CASE WHEN state = 'waiting' THEN $2 ELSE ended_at END,
    detail = CASE WHEN state = 'waiting' THEN $3 ELSE detail END,
    unwanted = CASE WHEN state = 'waiting' OR unwanted = 'now' THEN unwanted ELSE $4 END
    WHERE id = $1 AND state <> 'ended' RETURNING *";

macro_rules! end {
    ($lock:literal) => {
        concat!(
            "WITH gone AS MATERIALIZED (SELECT id FROM call_orders WHERE ",
            super::claim::idle!(),
            " AND unwanted IS NOT NULL LIMIT $2 ",
            $lock,
            ") UPDATE call_orders SET state = 'ended', ended_as = 'cancelled', ended_at = $1, detail = $3
             WHERE id IN (SELECT id FROM gone) RETURNING *"
        )
    };
}

pub(super) const ANY: &str = concat!(
    "SELECT CAST(1 AS BIGINT) FROM call_orders WHERE ",
    super::claim::idle!(),
    " AND unwanted IS NOT NULL LIMIT 1"
);
pub(super) const END: &str = end!("");
const END_LOCKING: &str = end!("FOR NO KEY UPDATE SKIP LOCKED");

impl Store {
    /// How an order is not wanted, if so, while it is being called.
    pub async fn unwanted(&self, id: CallOrderId) -> Result<Option<Unwanted>, StorageError> {
        self.within(async {
            let sql = "SELECT unwanted FROM call_orders WHERE id = $1";
            let rows: Vec<(Option<String>,)> = self.pool.fetch(sql, args![id.to_string()]).await?;
            codec::from_word_or_none(rows.first().and_then(|row| row.0.as_deref()))
        })
        .await
    }

    /// Whether [`Store::end_unwanted`] has work.
    pub async fn is_any_unwanted(&self) -> Result<bool, StorageError> {
        self.within(async {
            let rows: Vec<(i64,)> = self.pool.fetch(ANY, args![]).await?;
            Ok(!rows.is_empty())
        })
        .await
    }

    /// Ends up to `limit` orders that were not wanted any more while they were called, and wait again: whoever
    /// made them wait did not know. Gives them for their callbacks.
    pub async fn end_unwanted(&self, now: Timestamp, limit: u32) -> Result<Vec<CallOrder>, StorageError> {
        self.take(END, END_LOCKING, args![now, i64::from(limit), "cancelled while it was called"]).await
    }
}
