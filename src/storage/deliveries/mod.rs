//! The outbox of webhooks: what has to be told, from the end that it tells of until somebody took it.
//!
//! A row is written in the transaction that ends the order or the attempt, so that neither a crash nor a full
//! queue loses it. Its id is derived from what it tells: whatever is saved twice is told under one id.

mod enqueue;
mod find;
mod work;

use jiff::Timestamp;

pub(super) use enqueue::statements;
pub use work::Tried;

use super::{StorageError, codec, pool::rows};
use crate::model::{AttemptId, CallOrderId};

/// Something to be told to the callback URL of a call order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// `<order>-ended`, or `<order>-a<number>` of an attempt; the receiver knows repetitions by it.
    pub id: String,
    /// Whose callback; none: what is told stands in `body`.
    pub order: Option<CallOrderId>,
    /// The JSON to post, when it is not made from an order.
    pub body: Option<String>,
    /// The attempt that ended; none: the order ended.
    pub attempt: Option<AttemptId>,
    /// Where to.
    pub url: String,
    /// Host and port of it.
    pub host: String,
    /// Where it is.
    pub state: DeliveryState,
    /// Tries begun.
    pub tries: u32,
    /// When it is due; while a try is being made, when another may be.
    pub next_at: Timestamp,
    /// What came of the last try.
    pub detail: Option<String>,
    /// When what it tells of happened.
    pub created_at: Timestamp,
    /// When it was delivered or given up.
    pub ended_at: Option<Timestamp>,
}

/// Where a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// To be tried, or being tried.
    Waiting,
    /// The receiver has it.
    Delivered,
    /// Nobody tries any more.
    GivenUp,
}

/// A receiver for whom something waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Host and port.
    pub host: String,
    /// When the first of it is due.
    pub next_at: Timestamp,
}

rows! {
    /// A row of `deliveries`.
    struct DeliveryRow {
        id: String,
        order_id: Option<String>,
        attempt: Option<i64>,
        url: String,
        host: String,
        state: String,
        tries: i64,
        next_at: i64,
        detail: Option<String>,
        created_at: i64,
        ended_at: Option<i64>,
        body: Option<String>,
    }
}

impl DeliveryRow {
    fn delivery(self) -> Result<Delivery, StorageError> {
        let parse = |id: &str| {
            CallOrderId::parse(id).ok_or_else(|| StorageError::Corrupt(format!("the order id {id:?}")))
        };
        let order = self.order_id.as_deref().map(parse).transpose()?;
        Ok(Delivery {
            id: self.id,
            order,
            body: self.body,
            attempt: self
                .attempt
                .map(codec::number)
                .transpose()?
                .and_then(|number| order.map(|order| order.attempt(number))),
            url: self.url,
            host: self.host,
            state: codec::from_word(&self.state)?,
            tries: codec::number(self.tries)?,
            next_at: codec::time(self.next_at)?,
            detail: self.detail,
            created_at: codec::time(self.created_at)?,
            ended_at: codec::time_or_none(self.ended_at)?,
        })
    }
}
