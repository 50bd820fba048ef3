//! `GET /v1/flows/{name}`

use axum::extract::State;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::FlowsRead,
    state::App,
};

/// A flow.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FlowAnswer {
    /// As in the list.
    #[schema(value_type = Option<Object>)]
    flow: Option<Value>,
    /// The flow file's text.
    source: String,
}

/// Show a flow
#[utoipa::path(
    get, path = "/v1/flows/{name}", tag = "flows", operation_id = "getFlow",
    security(("token" = ["flows:read"])),
    params(("name" = String, Path, description = "The flow's name")),
    responses((status = 200, body = FlowAnswer, description = "The flow and its file"))
)]
pub(super) async fn get(
    _: May<FlowsRead>,
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<FlowAnswer>, Problem> {
    let source = super::known(app.control().flow_source(&name), &name)?;
    let flow = app.control().flows().into_iter().find(|flow| flow["name"] == *name);
    Ok(Json(FlowAnswer { flow, source }))
}
