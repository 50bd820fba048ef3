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
        let taken = self.takes_as(number)?;
        let mut state = self.state();
        let index = state.endpoints.index_of(endpoint)?;
        let dial_string = taken.dial_string(&state.endpoints.get(index)?.template);
        state.lines.take(lane);
        drop(state);
        let chosen = Chosen { index, is_trial: false };
        Some(Slot::new(Arc::clone(self), chosen, endpoint.to_owned(), dial_string, lane, number.clone(), now))
    }
}
