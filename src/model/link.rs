//! An inbound link: by which number and gateway the customer of an order called, so that we call back the same way.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{OrderId, PhoneNumber};

/// By which way the customer of an order came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Whose.
    pub order: OrderId,
    /// The number that was called: shown when we call back.
    pub called: PhoneNumber,
    /// The gateway it came through, by its name; none: as the number's own choice.
    pub gateway: Option<String>,
    /// From when on it does not hold any more.
    pub expires_at: Timestamp,
    /// The sender's version: later ones win. A time is stored as microseconds since 1970.
    pub version: i64,
    /// When it was first stored.
    pub created_at: Timestamp,
    /// When this version was stored.
    pub updated_at: Timestamp,
}

impl Link {
    /// Whether it holds at this time.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}
