//! `GET /v1/messages/{id}`

use axum::extract::State;

use super::view::MessageView;
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::MessagesWrite,
    state::App,
};

/// Show a message
#[utoipa::path(
    get, path = "/v1/messages/{id}", tag = "messages", operation_id = "getMessage",
    security(("token" = ["messages:write"])),
    params(("id" = uuid::Uuid, Path, description = "The message's id")),
    responses((status = 200, body = MessageView, description = "The message"))
)]
pub(super) async fn get(
    _: May<MessagesWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<MessageView>, Problem> {
    let id = super::id(&id)?;
    let message = app.store().message(id).await?;
    Ok(Json(message.ok_or_else(|| super::unknown(id))?.into()))
}
