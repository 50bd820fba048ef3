//! `GET /v1/timetables/{name}/plannings/{id}`

use axum::extract::State;
use uuid::Uuid;

use super::unknown;
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::TimetablesRead,
    state::App,
    timetables::view::PlanningView,
};

/// Show a planning
///
/// How far it is, and what it found.
#[utoipa::path(
    get, path = "/v1/timetables/{name}/plannings/{id}", tag = "timetables", operation_id = "getPlanning",
    security(("token" = ["timetables:read"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("id" = Uuid, Path, description = "The planning"),
    ),
    responses((status = 200, body = PlanningView, description = "The planning"))
)]
pub(in crate::http::timetables) async fn get(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path((name, id)): Path<(String, Uuid)>,
) -> Result<Json<PlanningView>, Problem> {
    let planning = app.rooms.timetables.planning(&name, id).await?;
    Ok(Json(PlanningView::whole(planning.ok_or_else(|| unknown(id))?)))
}
