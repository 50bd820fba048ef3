//! `DELETE /v1/timetables/{name}/plannings/{id}`

use axum::{extract::State, http::StatusCode};
use uuid::Uuid;

use crate::http::{auth::May, extract::Path, problem::Problem, scope::TimetablesWrite, state::App};

/// Delete a planning
///
/// The week that it was published as stays. May be repeated.
#[utoipa::path(
    delete, path = "/v1/timetables/{name}/plannings/{id}", tag = "timetables", operation_id = "deletePlanning",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("id" = Uuid, Path, description = "The planning"),
    ),
    responses((status = 204, description = "It is not there"))
)]
pub(in crate::http::timetables) async fn delete(
    _: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, id)): Path<(String, Uuid)>,
) -> Result<StatusCode, Problem> {
    app.rooms.timetables.delete_planning(&name, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
