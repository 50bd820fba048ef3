//! The calls about something that changes: told no more, told with other facts, or ordered, in the change's own
//! transaction.

use jiff::Timestamp;

use super::{
    Acceptance,
    order::{self, OrderRow},
    unwanted::{CANCEL, Unwanted},
};
use crate::{
    model::{CallOrder, CallOrderId, Facts, OrderState},
    storage::{
        StorageError, Store, codec,
        pool::{Tx, args},
    },
};

/// What a change means for the calls about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallChanges {
    /// These are not called (again), and why.
    pub cancel: Vec<(CallOrderId, String)>,
    /// These get other facts, if they wait.
    pub refresh: Vec<(CallOrderId, Facts)>,
    /// These are ordered, each with its request's fingerprint.
    pub order: Vec<(CallOrder, String)>,
}

/// What became of that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CallsChanged {
    /// Those that waited and wait no more.
    pub cancelled: Vec<CallOrder>,
    /// Those to be cancelled that are being called: what comes of that is not to be called again, which is noted.
    pub active: Vec<CallOrderId>,
    /// Those that were ordered.
    pub ordered: Acceptance,
}

const OPEN: &str =
    "SELECT * FROM call_orders WHERE subject = $1 AND state <> 'ended' ORDER BY created_at, id";
const REFRESH: &str = "UPDATE call_orders SET facts = $2 WHERE id = $1 AND state = 'waiting'";

impl Store {
    /// The call orders about a subject that are not over, the oldest first.
    pub(in crate::storage) async fn open_calls(
        &self,
        tx: &mut Tx,
        subject: &str,
    ) -> Result<Vec<CallOrder>, StorageError> {
        let rows: Vec<OrderRow> = tx.fetch(OPEN, args![subject]).await?;
        order::orders(&rows)
    }

    /// After the commit: whoever tells of ended orders has work.
    pub(in crate::storage) fn tell_changed(&self, changed: &CallsChanged) {
        if !changed.cancelled.is_empty() || !changed.ordered.replaced.is_empty() {
            self.wake_outbox();
        }
    }

    /// Carries changes out; nothing is committed.
    pub(in crate::storage) async fn change_calls(
        &self,
        tx: &mut Tx,
        changes: &CallChanges,
        now: Timestamp,
    ) -> Result<CallsChanged, StorageError> {
        let mut done = CallsChanged::default();
        for (id, why) in &changes.cancel {
            let values = args![id.to_string(), now, why.as_str(), codec::word(Unwanted::After)?];
            let rows: Vec<OrderRow> = tx.fetch(CANCEL, values).await?;
            for order in order::orders(&rows)? {
                if order.state == OrderState::Ended {
                    done.cancelled.push(order);
                } else {
                    done.active.push(order.id);
                }
            }
        }
        self.enqueue(tx, &done.cancelled).await?;
        for (id, facts) in &changes.refresh {
            tx.execute(REFRESH, args![id.to_string(), codec::json(facts)?]).await?;
        }
        if !changes.order.is_empty() {
            done.ordered = self.accept(tx, &changes.order).await?;
        }
        Ok(done)
    }
}
