//! `DELETE /v1/queues/{queue}/overrides/{id}`

use axum::{extract::State, http::StatusCode};
use uuid::Uuid;

use crate::http::{auth::May, clock, extract::Path, problem::Problem, scope::QueuesWrite, state::App};

/// End an override
///
/// The timetable holds again; a pause that it made is taken back.
#[utoipa::path(
    delete, path = "/v1/queues/{queue}/overrides/{id}", tag = "queues", operation_id = "endOverride",
    security(("token" = ["queues:write"])),
    params(
        ("queue" = String, Path, description = "The queue"),
        ("id" = Uuid, Path, description = "The override's id"),
    ),
    responses((status = 204, description = "It is over"))
)]
pub(super) async fn end(
    _: May<QueuesWrite>,
    State(app): State<App>,
    Path((queue, id)): Path<(String, Uuid)>,
) -> Result<StatusCode, Problem> {
    let programming = app.rooms.programming.clone();
    let work = async move { Ok(programming.end_override(&queue, id, clock::now()).await?) };
    app.work.to_the_end(work).await?;
    Ok(StatusCode::NO_CONTENT)
}
