//! `GET /v1/flows`

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::{auth::May, extract::Json, scope::FlowsRead, state::App};

/// The flows that are loaded.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FlowList {
    /// Each with its `name`, what it is for, and its steps.
    #[schema(value_type = Vec<Object>)]
    items: Vec<Value>,
}

/// List flows
#[utoipa::path(
    get, path = "/v1/flows", tag = "flows", operation_id = "listFlows",
    security(("token" = ["flows:read"])),
    responses((status = 200, body = FlowList, description = "The flows that are loaded"))
)]
pub(super) async fn list(_: May<FlowsRead>, State(app): State<App>) -> Json<FlowList> {
    Json(FlowList { items: app.control().flows() })
}
