//! `GET /v1/timetables/{name}/{week}/conflicts`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::ConflictView;
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::TimetablesRead,
    state::App,
};

/// What a week contradicts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableConflicts)]
pub(super) struct ConflictsView {
    conflicts: Vec<ConflictView>,
}

/// List a week's conflicts
///
/// Who is away, twice at a time, too often; which shifts lack people.
#[utoipa::path(
    get, path = "/v1/timetables/{name}/{week}/conflicts", tag = "timetables", operation_id = "listTimetableConflicts",
    security(("token" = ["timetables:read"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
    ),
    responses((status = 200, body = ConflictsView, description = "All of them"))
)]
pub(super) async fn conflicts(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path((name, week)): Path<(String, String)>,
) -> Result<Json<ConflictsView>, Problem> {
    let found = app.rooms.timetables.conflicts(&name, super::sheet(&week)?).await?;
    Ok(Json(ConflictsView { conflicts: found.into_iter().map(ConflictView::from).collect() }))
}
