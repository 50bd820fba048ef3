//! The orders that this process has in its hands, and what was asked of them meanwhile.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;

use crate::model::{CallId, CallOrderId};

/// One order in hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct InHand {
    /// The call that an attempt makes, while it does.
    pub(super) call: Option<CallId>,
    /// Somebody wants it no more.
    pub(super) is_cancelled: bool,
    /// What it tells is not so any more: it is not called again after the call that is being made.
    pub(super) is_last: bool,
}

/// Orders by id. An order is in at most one pair of hands.
#[derive(Debug, Default)]
pub(super) struct Hands {
    orders: Mutex<HashMap<CallOrderId, InHand>>,
    /// The earliest time until which an order was put off since somebody asked.
    put_off: Mutex<Option<Timestamp>>,
}

impl Hands {
    fn lock(&self) -> MutexGuard<'_, HashMap<CallOrderId, InHand>> {
        // Each change is one step: what a panic leaves behind is whole.
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an order. False if it is in hand already.
    pub(super) fn take(&self, id: CallOrderId) -> bool {
        let mut orders = self.lock();
        let is_new = !orders.contains_key(&id);
        orders.entry(id).or_default();
        is_new
    }

    /// An attempt of the order has begun its call.
    pub(super) fn calls(&self, id: CallOrderId, call: CallId) {
        self.lock().entry(id).or_default().call = Some(call);
    }

    /// Somebody wants it no more. Gives the order as it is in hand, if it is.
    pub(super) fn cancel(&self, id: CallOrderId) -> Option<InHand> {
        let mut orders = self.lock();
        let order = orders.get_mut(&id)?;
        order.is_cancelled = true;
        Some(*order)
    }

    /// What it tells is not so any more: one that waits for its line is not called, and one that is being called
    /// is not called again.
    pub(super) fn outdate(&self, id: CallOrderId) {
        if let Some(order) = self.lock().get_mut(&id) {
            order.is_cancelled |= order.call.is_none();
            order.is_last = true;
        }
    }

    /// The call that is being made of it is the last one.
    pub(super) fn last(&self, id: CallOrderId) {
        if let Some(order) = self.lock().get_mut(&id) {
            order.is_last = true;
        }
    }

    /// How an order is in hand, if it is.
    pub(super) fn get(&self, id: CallOrderId) -> Option<InHand> {
        self.lock().get(&id).copied()
    }

    /// Lets go of an order that is due again at `at`.
    pub(super) fn put_off(&self, id: CallOrderId, at: Timestamp) {
        self.release(id);
        let mut earliest = self.put_off.lock().unwrap_or_else(PoisonError::into_inner);
        *earliest = earliest.into_iter().chain([at]).min();
    }

    /// The earliest time until which an order was put off since this was asked last.
    pub(super) fn put_off_until(&self) -> Option<Timestamp> {
        self.put_off.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Lets go of it.
    pub(super) fn release(&self, id: CallOrderId) -> Option<InHand> {
        self.lock().remove(&id)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn one_pair_of_hands() {
        let hands = Hands::default();
        let id = CallOrderId(Uuid::from_u128(1));
        assert!(hands.take(id));
        assert!(!hands.take(id));
        assert_eq!(hands.cancel(id), Some(InHand { is_cancelled: true, ..InHand::default() }));
        assert!(hands.release(id).is_some_and(|order| order.is_cancelled));
        assert_eq!(hands.cancel(id), None);
        assert!(hands.take(id));
    }

    #[test]
    fn who_talks_may_end_but_is_not_called_again() {
        let hands = Hands::default();
        let (waits, talks) = (CallOrderId(Uuid::from_u128(1)), CallOrderId(Uuid::from_u128(2)));
        assert!(hands.take(waits) && hands.take(talks));
        hands.calls(talks, CallId(Uuid::from_u128(3)));
        for id in [waits, talks] {
            hands.outdate(id);
        }
        assert!(hands.get(waits).is_some_and(|order| order.is_cancelled && order.is_last));
        assert!(hands.get(talks).is_some_and(|order| !order.is_cancelled && order.is_last));
    }
}
