//! `DELETE /v1/calls/{id}`

use axum::{extract::State, http::StatusCode};

use crate::http::{
    auth::May,
    extract::Path,
    problem::{Problem, ProblemView},
    scope::CallsWrite,
    state::App,
};

/// Hang up a call
#[utoipa::path(
    delete, path = "/v1/calls/{id}", tag = "calls", operation_id = "hangUpCall",
    security(("token" = ["calls:write"])),
    params(("id" = uuid::Uuid, Path, description = "The call's id")),
    responses(
        (status = 204, description = "It is being hung up; the event `call.ended` tells when it is over"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "It is over (`call_not_live`)"),
    )
)]
pub(super) async fn hang_up(
    who: May<CallsWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = super::id(&id)?;
    super::live(&app, id).await?;
    app.control().hang_up(id).await?;
    tracing::info!(call = %id, token = who.token.name, "hung up by the API");
    Ok(StatusCode::NO_CONTENT)
}
