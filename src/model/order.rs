//! What a caller calls about: an order, a delivery, an appointment, a ticket.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Facts, OrderId, PhoneNumber};

/// An order as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// The customer's id of it.
    pub id: OrderId,
    /// Numbers whose callers hear about it, at most 16.
    pub phones: Vec<PhoneNumber>,
    /// The customer's word for its state (`on_the_way`).
    pub status: String,
    /// Whatever the flow's texts need.
    pub facts: Facts,
    /// The sender's version: later ones win. A time is stored as microseconds since 1970.
    pub version: i64,
    /// From when on it is not current any more.
    pub expires_at: Option<Timestamp>,
    /// When the stored version was written here.
    pub updated_at: Timestamp,
}

/// A change that a sender asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderUpdate {
    /// The order's new content.
    Put(Order),
    /// The order is gone; `version` as in [`Order`].
    Delete {
        /// Which.
        id: OrderId,
        /// The sender's version; `None` deletes whatever is there.
        version: Option<i64>,
    },
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The order was not known (or deleted) and is now.
    Created,
    /// The order was changed (or deleted).
    Applied,
    /// The same version with the same content is there already.
    Unchanged,
    /// A later version is there; nothing was changed.
    Stale,
    /// The same version is there with another content; nothing was changed.
    Conflict,
}
