//! `GET /v1/timetables/{name}/plannings`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::TimetablesRead,
    state::App,
    timetables::view::PlanningView,
};

/// Runs of the planner.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plannings)]
pub(in crate::http::timetables) struct PlanningsView {
    /// The newest first, at most 200.
    items: Vec<PlanningView>,
}

/// List plannings
#[utoipa::path(
    get, path = "/v1/timetables/{name}/plannings", tag = "timetables", operation_id = "listPlannings",
    security(("token" = ["timetables:read"])),
    params(("name" = String, Path, description = "The timetable")),
    responses((status = 200, body = PlanningsView, description = "Those that run and those that are kept"))
)]
pub(in crate::http::timetables) async fn list(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Json<PlanningsView>, Problem> {
    let plannings = app.rooms.timetables.plannings(&name).await?;
    Ok(Json(PlanningsView { items: plannings.into_iter().map(PlanningView::from).collect() }))
}
