//! An order as the API shows it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Facts, Order, Outcome};

/// An order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Order)]
pub(super) struct OrderView {
    /// The sender's id of it.
    #[schema(example = "A-1001")]
    id: String,
    /// Its telephone numbers, in E.164 where they are international.
    #[schema(example = json!(["+34600000001"]))]
    phones: Vec<String>,
    /// The sender's word for its state.
    #[schema(example = "on_the_way")]
    status: String,
    /// What the flow's texts need.
    #[schema(value_type = Object)]
    facts: Facts,
    /// The sender's version; a time is shown as microseconds since 1970.
    version: i64,
    /// From when on callers hear no more of it.
    expires_at: Option<Timestamp>,
    /// When this version was stored.
    updated_at: Timestamp,
}

impl From<Order> for OrderView {
    fn from(order: Order) -> Self {
        Self {
            id: order.id.0,
            phones: order.phones.iter().map(ToString::to_string).collect(),
            status: order.status,
            facts: order.facts,
            version: order.version,
            expires_at: order.expires_at,
            updated_at: order.updated_at,
        }
    }
}

/// What became of a change: `created`, `applied`, `unchanged` (the same version with the same content is
/// there), `stale` (a later version is there) or `conflict` (the same version with another content).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Outcome)]
#[serde(rename_all = "snake_case")]
pub(super) enum OutcomeView {
    Created,
    Applied,
    Unchanged,
    Stale,
    Conflict,
}

impl From<Outcome> for OutcomeView {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Created => Self::Created,
            Outcome::Applied => Self::Applied,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::Stale => Self::Stale,
            Outcome::Conflict => Self::Conflict,
        }
    }
}
