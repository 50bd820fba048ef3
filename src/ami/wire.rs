//! What the supervisor tells its one consumer, in order.

use super::{AmiError, Event};

/// News of the connection, and the events it brings.
#[derive(Clone, Debug)]
pub enum Wire {
    /// Logged in. Events of the time before are lost.
    Up(Hello),
    /// Something happened in Asterisk.
    Event(Event),
    /// A list that was asked for by [`super::Client::list_in_order`]: between the events before it and those after.
    Listed {
        /// What it was asked as.
        tag: String,
        /// Its items.
        events: Result<Vec<Event>, AmiError>,
    },
    /// The connection is down, or could not be opened; it is tried again without end. Said once for each reason,
    /// so it may follow another `Down`.
    Down {
        /// One sentence.
        why: String,
    },
}

/// What is known of the Asterisk at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// The manager's own version, out of its banner: `11.0.0`.
    pub manager_version: String,
    /// Asterisk said that it has started (`FullyBooted`). If not, the event may still come; a user without the class
    /// `system` in `read` never hears it.
    pub is_booted: bool,
}
