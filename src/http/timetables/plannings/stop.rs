//! `POST /v1/timetables/{name}/plannings/{id}/stop`

use axum::{extract::State, http::StatusCode};
use uuid::Uuid;

use super::unknown;
use crate::http::{auth::May, extract::Path, problem::Problem, scope::TimetablesWrite, state::App};

/// Stop a planning
///
/// It keeps the best so far. One that has ended stays as it is.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/plannings/{id}/stop", tag = "timetables", operation_id = "stopPlanning",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("id" = Uuid, Path, description = "The planning"),
    ),
    responses((status = 202, description = "It ends in a moment, or has ended"))
)]
pub(in crate::http::timetables) async fn stop(
    _: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, id)): Path<(String, Uuid)>,
) -> Result<StatusCode, Problem> {
    let timetables = &app.rooms.timetables;
    if !timetables.stop_planning(&name, id) && timetables.planning(&name, id).await?.is_none() {
        return Err(unknown(id));
    }
    Ok(StatusCode::ACCEPTED)
}
