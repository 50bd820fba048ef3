//! `POST /v1/notes`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::{body::NoteBody, view::NoteView};
use crate::http::{auth::May, clock, extract::Json, problem::Problem, scope::NotesWrite, state::App};

/// Note what a call was about
///
/// About a call of ours, live or past, or by hand. Told on the event stream (`note.changed`), and by webhook
/// (`notes.webhook_url`).
#[utoipa::path(
    post, path = "/v1/notes", tag = "notes", operation_id = "addNote",
    security(("token" = ["notes:write"])),
    request_body = NoteBody,
    responses((status = 201, body = NoteView, description = "It is stored"))
)]
pub(super) async fn add(
    who: May<NotesWrite>,
    State(app): State<App>,
    Json(body): Json<NoteBody>,
) -> Result<Response, Problem> {
    let (content, at) = body.read(&who, &app).await?;
    let notes = app.rooms.notes.clone();
    let work = async move { Ok(notes.add(content, at, clock::now()).await?) };
    let note = app.work.to_the_end(work).await?;
    Ok((StatusCode::CREATED, Json(NoteView::from(note))).into_response())
}
