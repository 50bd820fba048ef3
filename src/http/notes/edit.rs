//! `PUT /v1/notes/{id}`

use axum::extract::State;

use super::{body::NoteBody, view::NoteView};
use crate::http::{
    auth::May,
    clock,
    extract::{Json, Path},
    problem::Problem,
    scope::NotesWrite,
    state::App,
};

/// Write a note anew
///
/// What is left out is taken away.
#[utoipa::path(
    put, path = "/v1/notes/{id}", tag = "notes", operation_id = "editNote",
    security(("token" = ["notes:write"])),
    params(("id" = String, Path, description = "The note's id")),
    request_body = NoteBody,
    responses((status = 200, body = NoteView, description = "It is stored"))
)]
pub(super) async fn edit(
    who: May<NotesWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<NoteBody>,
) -> Result<Json<NoteView>, Problem> {
    let id = super::id(&id)?;
    let (content, at) = body.read(&who, &app).await?;
    let notes = app.rooms.notes.clone();
    let work = async move { Ok(notes.edit(id, content, at, clock::now()).await?) };
    let note = app.work.to_the_end(work).await?;
    Ok(Json(note.ok_or_else(|| super::unknown(id))?.into()))
}
