//! `GET /v1/timetables/{name}/{week}/log`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::EditView;
use crate::http::{
    auth::May,
    extract::{Json, Path, Query},
    problem::Problem,
    scope::TimetablesRead,
    state::App,
};

/// Which changes.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct LogQuery {
    /// Those before the one of this number.
    before: Option<i64>,
    /// 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// The changes of a table.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableLog)]
pub(super) struct LogView {
    /// The newest first.
    items: Vec<EditView>,
}

/// List a week's changes
#[utoipa::path(
    get, path = "/v1/timetables/{name}/{week}/log", tag = "timetables", operation_id = "listTimetableChanges",
    security(("token" = ["timetables:read"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
        LogQuery,
    ),
    responses((status = 200, body = LogView, description = "Who changed what"))
)]
pub(super) async fn log(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path((name, week)): Path<(String, String)>,
    Query(query): Query<LogQuery>,
) -> Result<Json<LogView>, Problem> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::field("limit", "1 to 200 changes"));
    }
    let before = query.before.unwrap_or(i64::MAX);
    let edits = app.rooms.timetables.log(&name, super::sheet(&week)?, before, limit).await?;
    Ok(Json(LogView { items: edits.into_iter().map(EditView::from).collect() }))
}
