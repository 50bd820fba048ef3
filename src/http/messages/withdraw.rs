//! `DELETE /v1/messages/{id}`

use axum::extract::State;

use super::view::MessageView;
use crate::http::{
    auth::May,
    clock,
    extract::{Json, Path},
    problem::{Problem, ProblemView},
    scope::MessagesWrite,
    state::App,
};

/// Withdraw a message that waits
///
/// May be repeated. One that is being sent, or was, cannot be taken back.
#[utoipa::path(
    delete, path = "/v1/messages/{id}", tag = "messages", operation_id = "withdrawMessage",
    security(("token" = ["messages:write"])),
    params(("id" = uuid::Uuid, Path, description = "The message's id")),
    responses(
        (status = 200, body = MessageView, description = "It is withdrawn"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "It is being sent, or is over (`message_not_waiting`)"),
    )
)]
pub(super) async fn withdraw(
    who: May<MessagesWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<MessageView>, Problem> {
    let id = super::id(&id)?;
    let (messaging, by) = (app.rooms.messaging.clone(), who.token.name.clone());
    let work = async move { Ok(messaging.withdraw(id, &by, clock::now()).await?) };
    let message = app.work.to_the_end(work).await?.ok_or_else(|| super::unknown(id))?;
    tracing::info!(message_id = %id, token = who.token.name, "withdrawn by the API");
    Ok(Json(message.into()))
}
