//! What others want of an order that is accepted: that it is not called, or at another time.

use jiff::Timestamp;

use super::{
    order::{self, OrderRow},
    unwanted::{CANCEL, Unwanted},
};
use crate::{
    model::{CallOrder, CallOrderId},
    storage::{
        StorageError, Store, codec,
        pool::{Arg, args},
    },
};

const FIND: &str = "SELECT * FROM call_orders WHERE id = $1";
const EDIT: &str = "UPDATE call_orders SET not_before = $2, next_at = $3, not_after = $4, first_by = $5
    WHERE id = $1 AND state = 'waiting' RETURNING *";

/// When an order is to be called; each as in [`CallOrder`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in CallOrder")]
pub struct CallTimes {
    pub not_before: Timestamp,
    pub next_at: Timestamp,
    pub first_by: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
}

impl Store {
    /// Cancels an order. Gives the order as it is then: ended; or active, if its call is being made and has to be
    /// hung up, which is noted ([`Unwanted::Now`]); `None` if there is no such order.
    pub async fn cancel_call_order(
        &self,
        id: CallOrderId,
        now: Timestamp,
    ) -> Result<Option<CallOrder>, StorageError> {
        let wish = codec::word(Unwanted::Now)?;
        self.change(CANCEL, id, args![id.to_string(), now, "cancelled while it waited", wish]).await
    }

    /// Moves an order that waits to other times. Gives the order as it is then, unchanged if it is active or
    /// ended; `None` if there is no such order.
    pub async fn edit_call_order(
        &self,
        id: CallOrderId,
        times: CallTimes,
    ) -> Result<Option<CallOrder>, StorageError> {
        let CallTimes { not_before, next_at, first_by, not_after } = times;
        self.change(EDIT, id, args![id.to_string(), not_before, next_at, not_after, first_by]).await
    }

    async fn change(
        &self,
        sql: &'static str,
        id: CallOrderId,
        values: Vec<Arg>,
    ) -> Result<Option<CallOrder>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            let rows: Vec<OrderRow> = tx.fetch(sql, values).await?;
            if rows.is_empty() {
                let rows: Vec<OrderRow> = tx.fetch(FIND, args![id.to_string()]).await?;
                tx.roll_back().await?;
                return rows.first().map(OrderRow::order).transpose();
            }
            let mut changed = order::orders(&rows)?;
            let is_told = self.enqueue(&mut tx, &changed).await?;
            tx.commit().await?;
            if is_told {
                self.wake_outbox();
            }
            Ok(changed.pop())
        })
        .await
    }
}
