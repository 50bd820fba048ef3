//! What the supervisor tells its one consumer, in order.

use std::time::Instant;

use super::{Event, Stamp, Version};
use crate::model::NodeId;

/// News of the connection, and the events it brings.
#[derive(Clone, Debug)]
pub enum Wire {
    /// The websocket is open and the application is ours. Events of the time before are lost.
    Up(Hello),
    /// Something happened in Asterisk.
    Event {
        /// What.
        event: Event,
        /// Asterisk's own time of it.
        at: Stamp,
        /// When it was read from the socket.
        received: Instant,
    },
    /// The websocket is down, or could not be opened; it is tried again without end. Said once for each reason,
    /// so it may follow another `Down`.
    Down {
        /// One sentence.
        why: String,
    },
    /// Another client has taken the application over. Nothing is tried again; the last word.
    Replaced,
}

/// What is known of the Asterisk at the other end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hello {
    /// Its version.
    pub asterisk_version: Version,
    /// Its entity id.
    pub entity_id: NodeId,
    /// Commands that cannot block go over the websocket.
    pub rest_over_websocket: bool,
    /// Known holes and crashes of this version, for the operator.
    pub warnings: Vec<String>,
}
