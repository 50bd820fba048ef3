//! Deliveries in hand: who is due, claimed for one try, and what came of it.

use jiff::Timestamp;

use super::{Delivery, DeliveryRow, DeliveryState, Receiver};
use crate::storage::{
    StorageError, Store, codec,
    pool::{args, rows},
};

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// The receiver has it.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// It is tried again.
    Again {
        /// When.
        at: Timestamp,
        /// What was wrong.
        why: String,
    },
    /// It is not tried again.
    GivenUp {
        /// When that was decided.
        at: Timestamp,
        /// What was wrong.
        why: String,
    },
}

rows! {
    /// One receiver.
    struct ReceiverRow {
        host: String,
        next_at: i64,
    }
}

/// From one receiver to the next by the index, however much waits for each of them.
const RECEIVERS: &str = "WITH RECURSIVE receivers (host) AS (
    SELECT MIN(host) FROM deliveries WHERE state = 'waiting'
    UNION ALL
    SELECT (SELECT MIN(host) FROM deliveries WHERE state = 'waiting' AND host > receivers.host)
    FROM receivers WHERE receivers.host IS NOT NULL
) SELECT host, (SELECT MIN(next_at) FROM deliveries
    WHERE state = 'waiting' AND deliveries.host = receivers.host) AS next_at
    FROM receivers WHERE host IS NOT NULL";

macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "WITH due AS MATERIALIZED (SELECT id FROM deliveries WHERE state = 'waiting' AND host = $1
             AND next_at <= $2 ORDER BY next_at, id LIMIT $3 ",
            $lock,
            ") UPDATE deliveries SET next_at = $4, tries = tries + 1
             WHERE id IN (SELECT id FROM due) RETURNING *"
        )
    };
}

const CLAIM: &str = claim!("");
const CLAIM_LOCKING: &str = claim!("FOR UPDATE SKIP LOCKED");
/// One that took so long that another try began leaves that one alone, except to say that it is delivered.
const SETTLE: &str = "UPDATE deliveries SET state = $2, next_at = $3, detail = $4, ended_at = $5
    WHERE id = $1 AND state = 'waiting' AND (tries = $6 OR $2 = 'delivered')";

impl Store {
    /// Every receiver for whom something waits, with the time when the first of it is due.
    pub async fn receivers(&self) -> Result<Vec<Receiver>, StorageError> {
        self.within(async {
            let rows: Vec<ReceiverRow> = self.pool.fetch(RECEIVERS, args![]).await?;
            let receiver =
                |row: ReceiverRow| Ok(Receiver { host: row.host, next_at: codec::time(row.next_at)? });
            rows.into_iter().map(receiver).collect()
        })
        .await
    }

    /// Takes up to `limit` deliveries to a receiver that are due at `now`, the longest due first, for one try
    /// each. Nobody else gets them before `again_at`: then whoever took them has died.
    pub async fn claim_deliveries(
        &self,
        host: &str,
        now: Timestamp,
        limit: u32,
        again_at: Timestamp,
    ) -> Result<Vec<Delivery>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let values = args![host, now, i64::from(limit), again_at];
            let rows: Vec<DeliveryRow> = tx.fetch(self.pool.for_update(CLAIM, CLAIM_LOCKING), values).await?;
            let claimed: Result<Vec<_>, _> = rows.into_iter().map(DeliveryRow::delivery).collect();
            let mut claimed = claimed?;
            // RETURNING keeps no order; those of one order are told in the order in which they happened.
            claimed.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
            tx.commit().await?;
            Ok(claimed)
        })
        .await
    }

    /// Writes what came of a try of a claimed delivery.
    pub async fn settle_delivery(&self, delivery: &Delivery, tried: &Tried) -> Result<(), StorageError> {
        let (state, next_at, why, ended_at) = match tried {
            Tried::Delivered { at } => (DeliveryState::Delivered, *at, None, Some(*at)),
            Tried::Again { at, why } => (DeliveryState::Waiting, *at, Some(why.as_str()), None),
            Tried::GivenUp { at, why } => (DeliveryState::GivenUp, *at, Some(why.as_str()), Some(*at)),
        };
        let tries = i64::from(delivery.tries);
        let values = args![delivery.id.as_str(), codec::word(state)?, next_at, why, ended_at, tries];
        self.within(self.pool.execute(SETTLE, values)).await.map(|_| ())
    }
}
