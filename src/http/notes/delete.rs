//! `DELETE /v1/notes/{id}`

use axum::{extract::State, http::StatusCode};

use crate::http::{auth::May, clock, extract::Path, problem::Problem, scope::NotesWrite, state::App};

/// Delete a note
///
/// The call stays. May be repeated.
#[utoipa::path(
    delete, path = "/v1/notes/{id}", tag = "notes", operation_id = "deleteNote",
    security(("token" = ["notes:write"])),
    params(("id" = String, Path, description = "The note's id")),
    responses((status = 204, description = "It is not there"))
)]
pub(super) async fn delete(
    _: May<NotesWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (id, notes) = (super::id(&id)?, app.rooms.notes.clone());
    app.work.to_the_end(async move { Ok(notes.delete(id, clock::now()).await?) }).await?;
    Ok(StatusCode::NO_CONTENT)
}
