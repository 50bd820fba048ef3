//! A link as the API shows it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::Link;

/// By which way the customer of an order came.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Link)]
pub(super) struct LinkView {
    /// The order's id.
    #[schema(example = "A-1001")]
    order: String,
    /// The number that was called; shown when we call back.
    #[schema(example = "+34900000001")]
    called: String,
    /// The gateway it came through.
    #[schema(example = "north")]
    gateway: Option<String>,
    /// From when on it does not hold any more.
    expires_at: Timestamp,
    /// The sender's version; a time is shown as microseconds since 1970.
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<Link> for LinkView {
    fn from(link: Link) -> Self {
        Self {
            order: link.order.0,
            called: link.called.to_string(),
            gateway: link.gateway,
            expires_at: link.expires_at,
            version: link.version,
            created_at: link.created_at,
            updated_at: link.updated_at,
        }
    }
}
