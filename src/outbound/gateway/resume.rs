//! The line of a call that an earlier life of this program dialled.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Gateway, Slot, endpoints::Chosen};
use crate::model::{Lane, PhoneNumber};

impl Gateway {
    /// The room of a call that is up already: it counts, whatever the limits say. `endpoint` is the one it was
    /// dialled by; `None` if the gateway has it no more.
    pub fn resume(
        self: &Arc<Self>,
        lane: Lane,
        number: &PhoneNumber,
        endpoint: &str,
        now: Timestamp,
    ) -> Option<Slot> {
        let index = self.state().endpoints.index_of(endpoint)?;
        self.resume_by(index, lane, number, now)
    }

    /// The same, when it is not known by which endpoint it was dialled.
    pub fn resume_any(self: &Arc<Self>, lane: Lane, number: &PhoneNumber, now: Timestamp) -> Option<Slot> {
        self.resume_by(0, lane, number, now)
    }

    fn resume_by(
        self: &Arc<Self>,
        index: usize,
        lane: Lane,
        number: &PhoneNumber,
        now: Timestamp,
    ) -> Option<Slot> {
        let taken = self.takes_as(number)?;
        let mut state = self.state();
        let endpoint = state.endpoints.get(index)?.name.clone();
        let dial_string = taken.dial_string(&state.endpoints.get(index)?.template);
        state.lines.take(lane);
        drop(state);
        let chosen = Chosen { index, is_trial: false };
        Some(Slot::new(Arc::clone(self), chosen, endpoint, dial_string, lane, number.clone(), now))
    }
}
