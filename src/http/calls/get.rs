//! `GET /v1/calls/{id}`

use axum::extract::State;

use super::view::CallAnswer;
use crate::http::{
    auth::May,
    events::EventView,
    extract::{Json, Path},
    problem::Problem,
    scope::CallsRead,
    state::App,
};

/// Show a call and its timeline
#[utoipa::path(
    get, path = "/v1/calls/{id}", tag = "calls", operation_id = "getCall",
    security(("token" = ["calls:read"])),
    params(("id" = uuid::Uuid, Path, description = "The call's id")),
    responses((status = 200, body = CallAnswer, description = "The call and what happened in it"))
)]
pub(super) async fn get(
    _: May<CallsRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<CallAnswer>, Problem> {
    let id = super::id(&id)?;
    let call = super::find(&app, id).await?;
    app.control().settled().await;
    let events = app.store().events_of(id).await?;
    let timeline = events.iter().map(EventView::from).collect();
    Ok(Json(CallAnswer { call: call.into(), timeline }))
}
