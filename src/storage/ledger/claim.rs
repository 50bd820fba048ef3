//! What is due: claimed once, by whoever asks first; and what waited until it was too late.

use jiff::Timestamp;

use super::order::{self, OrderRow};
use crate::{
    model::{CallOrder, Lane},
    storage::{
        StorageError, Store, codec,
        pool::{Arg, args},
    },
};

/// An order waits, and no attempt of it is open. (A row of the journal that was written twice, because the
/// first time looked like a failure, can make an order wait that is being called: it must not be called again.)
macro_rules! idle {
    () => {
        "state = 'waiting' AND NOT EXISTS (SELECT 1 FROM attempts
         WHERE attempts.order_id = call_orders.id AND attempts.state <> 'ended')"
    };
}
pub(super) use idle;

macro_rules! waits {
    () => {
        concat!(super::claim::idle!(), " AND unwanted IS NULL")
    };
}

/// `MATERIALIZED`, or PostgreSQL may run it twice and lock more than asked for.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (SELECT id FROM call_orders WHERE gateway = $1 AND lane = $2 AND ",
            waits!(),
            " AND next_at <= $3 AND (not_after IS NULL OR not_after >= $3) ORDER BY next_at, id LIMIT $4 ",
            $lock,
            ") UPDATE call_orders SET state = 'active', claimed_by = $5
             WHERE id IN (SELECT id FROM due) RETURNING *"
        )
    };
}

macro_rules! expire {
    ($lock:literal) => {
        concat!(
            "WITH past AS MATERIALIZED (SELECT id FROM call_orders WHERE ",
            waits!(),
            " AND not_after < $1 ORDER BY not_after LIMIT $2 ",
            $lock,
            ") UPDATE call_orders SET state = 'ended', ended_as = 'expired', ended_at = $1, detail = $3
             WHERE id IN (SELECT id FROM past) RETURNING *"
        )
    };
}

pub(super) const CLAIM: &str = claim!("");
const CLAIM_LOCKING: &str = claim!("FOR NO KEY UPDATE SKIP LOCKED");
pub(super) const EXPIRE: &str = expire!("");
const EXPIRE_LOCKING: &str = expire!("FOR NO KEY UPDATE SKIP LOCKED");
const EXPIRED: &str = "its time (not_after) was over before it could be called";

pub(super) const NEXT_DUE: &str = concat!(
    "SELECT next_at FROM call_orders WHERE gateway = $1 AND lane = $2 AND ",
    waits!(),
    " AND (not_after IS NULL OR not_after >= $3) ORDER BY next_at, id LIMIT 1"
);
pub(super) const NEXT_EXPIRY: &str = concat!(
    "SELECT not_after FROM call_orders WHERE ",
    waits!(),
    " AND not_after IS NOT NULL ORDER BY not_after LIMIT 1"
);

impl Store {
    /// Takes up to `limit` orders of a gateway's lane that are due at `now`, the longest due first: they are
    /// active, and no other claim gives them, when this returns.
    pub async fn claim_due(
        &self,
        gateway: &str,
        lane: Lane,
        now: Timestamp,
        limit: u32,
        claimed_by: &str,
    ) -> Result<Vec<CallOrder>, StorageError> {
        let values = args![gateway, codec::word(lane)?, now, i64::from(limit), claimed_by];
        let mut claimed = self.take(CLAIM, CLAIM_LOCKING, values).await?;
        // RETURNING keeps no order.
        claimed.sort_by_key(|order| (order.next_at, order.id));
        Ok(claimed)
    }

    /// When the next order of a gateway is due in one of these lanes; in the past, if one waits to be claimed.
    /// Those whose time is over at `now` do not count.
    pub async fn next_due(
        &self,
        gateway: &str,
        lanes: &[Lane],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StorageError> {
        self.within(async {
            let mut next = None;
            for lane in lanes {
                let due = self.first_time(NEXT_DUE, args![gateway, codec::word(lane)?, now]).await?;
                next = next.into_iter().chain(due).min();
            }
            Ok(next)
        })
        .await
    }

    /// Ends up to `limit` orders that still wait at `now` and may not be called any more; gives them for
    /// their callbacks.
    pub async fn expire_due(&self, now: Timestamp, limit: u32) -> Result<Vec<CallOrder>, StorageError> {
        let mut expired = self.take(EXPIRE, EXPIRE_LOCKING, args![now, i64::from(limit), EXPIRED]).await?;
        expired.sort_by_key(|order| (order.not_after, order.id));
        Ok(expired)
    }

    /// The earliest `not_after` of all orders that wait: [`Store::expire_due`] has work after it.
    pub async fn next_expiry(&self) -> Result<Option<Timestamp>, StorageError> {
        self.within(self.first_time(NEXT_EXPIRY, args![])).await
    }

    /// Changes some rows in a transaction of their own, with what is to be told of them.
    pub(super) async fn take(
        &self,
        sql: &'static str,
        locking: &'static str,
        values: Vec<Arg>,
    ) -> Result<Vec<CallOrder>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let rows: Vec<OrderRow> = tx.fetch(self.pool.for_update(sql, locking), values).await?;
            if rows.is_empty() {
                tx.roll_back().await?;
                return Ok(Vec::new());
            }
            let orders = order::orders(&rows)?;
            let is_told = self.enqueue(&mut tx, &orders).await?;
            tx.commit().await?;
            if is_told {
                self.wake_outbox();
            }
            Ok(orders)
        })
        .await
    }

    async fn first_time(
        &self,
        sql: &'static str,
        values: Vec<Arg>,
    ) -> Result<Option<Timestamp>, StorageError> {
        let rows: Vec<(i64,)> = self.pool.fetch(sql, values).await?;
        codec::time_or_none(rows.first().map(|row| row.0))
    }
}
