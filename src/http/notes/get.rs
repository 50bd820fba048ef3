//! `GET /v1/notes/{id}`

use axum::extract::State;

use super::view::NoteView;
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::NotesRead,
    state::App,
};

/// Show a note
#[utoipa::path(
    get, path = "/v1/notes/{id}", tag = "notes", operation_id = "getNote",
    security(("token" = ["notes:read"])),
    params(("id" = String, Path, description = "The note's id")),
    responses((status = 200, body = NoteView, description = "The note"))
)]
pub(super) async fn get(
    _: May<NotesRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<NoteView>, Problem> {
    let id = super::id(&id)?;
    let note = app.store().note(id).await?;
    Ok(Json(note.ok_or_else(|| super::unknown(id))?.into()))
}
