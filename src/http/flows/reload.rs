//! `POST /v1/flows/reload`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{auth::May, extract::Json, scope::FlowsWrite, state::App};

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReloadAnswer {
    /// Names of the flows that are loaded now.
    flows: Vec<String>,
    /// What is wrong in the files: file, line and key. A flow whose file is broken stays as it was.
    problems: Vec<String>,
}

/// Read the flow files again
#[utoipa::path(
    post, path = "/v1/flows/reload", tag = "flows", operation_id = "reloadFlows",
    security(("token" = ["flows:write"])),
    responses((status = 200, body = ReloadAnswer, description = "They were read; see `problems`"))
)]
pub(super) async fn reload(_: May<FlowsWrite>, State(app): State<App>) -> Json<ReloadAnswer> {
    let problems = app.control().reload_flows().await;
    let flows = app.control().flows();
    let flows = flows.iter().filter_map(|flow| flow["name"].as_str().map(str::to_owned)).collect();
    Json(ReloadAnswer { flows, problems })
}
