//! A call order that waits is moved to other times.

use jiff::Timestamp;

use super::{
    Outbound,
    accept::{Rejected, Times, reject, times},
};
use crate::{
    model::{CallOrder, CallOrderId, OrderState},
    storage::{CallTimes, StorageError},
    tasks::clock,
};

/// Other times for a call order, written as in [`super::CallRequest`]. What is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(clippy::option_option, reason = "nothing said, no end, and an end are three things")]
pub struct CallEdit {
    /// Not before this.
    pub at: Option<String>,
    /// Not after this; `Some(None)`: no end.
    pub not_after: Option<Option<String>>,
}

/// Why a call order was not moved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// A time that cannot be.
    #[error(transparent)]
    Rejected(#[from] Rejected),
    /// It is being called, or over.
    #[error("the call order is being called, or is over: only one that waits can be moved")]
    NotWaiting,
    /// The store does not answer; it stays as it was.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Outbound {
    /// Moves a call order that waits. On return that is on disk; gives the order as it is then. `None`: there is none.
    ///
    /// # Errors
    /// It stays as it was; says why.
    pub async fn edit(&self, id: CallOrderId, edit: &CallEdit) -> Result<Option<CallOrder>, EditError> {
        let store = &self.inner.store;
        let Some(order) = store.call_order(id).await? else { return Ok(None) };
        if order.state != OrderState::Waiting {
            return Err(EditError::NotWaiting);
        }
        let times = self.moved(&order, edit, clock::now())?;
        let Some(order) = store.edit_call_order(id, times).await? else { return Ok(None) };
        if order.state != OrderState::Waiting {
            return Err(EditError::NotWaiting);
        }
        self.tell_order(&order);
        self.inner.trigger.notify_one();
        Ok(Some(order))
    }

    /// The times of an order after an edit.
    fn moved(&self, order: &CallOrder, edit: &CallEdit, now: Timestamp) -> Result<CallTimes, Rejected> {
        let last = edit.not_after.as_ref().map(Option::as_deref);
        let windows = &self.inner.windows;
        let late = self.inner.config.outbound.late_up_to_secs;
        let said = times(edit.at.as_deref(), last.flatten(), &windows.zones_of(order), now, late)?;
        let not_after = if last.is_some() { said.not_after } else { order.not_after };
        let Times { not_before, first_by, .. } = match edit.at {
            Some(_) => said,
            None => Times { not_before: order.not_before, first_by: order.first_by, not_after },
        };
        // Without another time it is due when it was due.
        let due = if edit.at.is_some() { not_before } else { order.next_at };
        let next_at =
            windows.for_order(due.max(now), order).filter(|at| not_after.is_none_or(|last| *at <= last));
        let field = if edit.at.is_some() { "at" } else { "not_after" };
        let next_at = next_at
            .ok_or_else(|| reject(field, "no window of time allows the call before its last moment"))?;
        Ok(CallTimes { not_before, next_at, first_by, not_after })
    }
}
