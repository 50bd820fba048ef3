//! An event as the API shows it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::model::Notice;

/// Something that happened.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Event)]
pub(in crate::http) struct EventView {
    /// Grows with each event, also over restarts.
    id: i64,
    at: Timestamp,
    /// `call.started`, `call.ringing`, `call.step`, `call.said`, `call.key`, `call.transfer`, `call.taken_up`,
    /// `call.ended`, `call.refused`, `order.changed`, `note.changed`, `call_order.changed`, `attempt.changed`,
    /// `gateway.changed`, `ari.connected`, `ari.lost`,
    /// `ari.replaced`, `flows.reloaded`; more may come.
    #[schema(example = "call.key")]
    kind: &'static str,
    /// The call, if it happened in one.
    call: Option<Uuid>,
    /// The kind's own fields.
    #[schema(value_type = Object, example = json!({"digit": "1"}))]
    data: Value,
}

impl From<&Notice> for EventView {
    fn from(notice: &Notice) -> Self {
        Self {
            id: notice.id,
            at: notice.at,
            kind: notice.kind.as_str(),
            call: notice.call.map(|id| id.0),
            data: notice.data.clone(),
        }
    }
}
