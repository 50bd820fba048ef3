//! Orders that are due and claimed, waiting for a line: by gateway and lane, oldest first.

use std::collections::{HashMap, VecDeque};

use crate::model::{CallOrder, Lane};

/// Orders claimed ahead for each gateway and lane: enough that a line never waits for the store.
pub(super) const AHEAD: usize = 64;

/// The waiting orders.
#[derive(Debug, Default)]
pub(super) struct Ready {
    queues: HashMap<(String, Lane), VecDeque<CallOrder>>,
}

impl Ready {
    /// How many more a gateway's lane may claim.
    pub(super) fn room(&self, gateway: &str, lane: Lane) -> usize {
        let waiting = self.queues.get(&(gateway.to_owned(), lane)).map_or(0, VecDeque::len);
        AHEAD.saturating_sub(waiting)
    }

    /// Takes claimed orders in.
    pub(super) fn add(&mut self, orders: Vec<CallOrder>) {
        for order in orders {
            self.queues.entry((order.gateway.clone(), order.lane)).or_default().push_back(order);
        }
    }

    /// The next order of a gateway's lane.
    pub(super) fn first(&self, gateway: &str, lane: Lane) -> Option<&CallOrder> {
        self.queues.get(&(gateway.to_owned(), lane)).and_then(VecDeque::front)
    }

    /// Takes the next order out.
    pub(super) fn pop(&mut self, gateway: &str, lane: Lane) -> Option<CallOrder> {
        self.queues.get_mut(&(gateway.to_owned(), lane)).and_then(VecDeque::pop_front)
    }

    /// Takes everything out.
    pub(super) fn drain(&mut self) -> Vec<CallOrder> {
        self.queues.drain().flat_map(|(_, queue)| queue).collect()
    }
}
