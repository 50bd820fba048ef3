//! An order as the API shows it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{call_orders::CallOrderView, problem::Problem},
    model::{Facts, Order, Outcome},
    outbound::Notified,
};

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

/// A call about an order, or why there is none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notified)]
pub(super) struct NotifiedView {
    /// Whom.
    #[schema(example = "+34600000001")]
    number: String,
    /// The call order; follow it by `GET /v1/call-orders/{id}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<CallOrderView>,
    /// Why this number is not called, and how to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl From<Notified> for NotifiedView {
    fn from(notified: Notified) -> Self {
        let number = notified.number.to_string();
        match notified.result {
            Ok(accepted) => Self { number, order: Some(accepted.order.into()), detail: None },
            Err(error) => {
                Self { number, order: None, detail: Some(Problem::from(error).detail().to_owned()) }
            }
        }
    }
}

/// What became of a change: `created`, `applied`, `unchanged` (the same version with the same content is
/// there), `stale` (a later version is there) or `conflict` (the same version with another content).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Outcome)]
#[serde(rename_all = "snake_case")]
pub(in crate::http) enum OutcomeView {
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
