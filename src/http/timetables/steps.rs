//! `POST /v1/timetables/{name}/{week}/undo` and `…/redo`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{body::VersionBody, view::TableView};
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::TimetablesWrite,
    state::App,
};

/// What was taken back, or done again.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableStep)]
pub(super) struct StepView {
    /// The change, in one sentence.
    what: String,
    table: TableView,
}

/// Take the last change back
///
/// The last 100 changes of a table can be taken back, one after another. Another's change (409) only with the `version`
/// in which it was seen.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/{week}/undo", tag = "timetables", operation_id = "undoTimetable",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
    ),
    request_body = VersionBody,
    responses((status = 200, body = StepView, description = "It is taken back"))
)]
pub(super) async fn undo(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Json(body): Json<VersionBody>,
) -> Result<Json<StepView>, Problem> {
    step(who, app, path, body, false).await
}

/// Do again what was taken back last
///
/// What another took back (409) only with the `version` in which that was seen.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/{week}/redo", tag = "timetables", operation_id = "redoTimetable",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
    ),
    request_body = VersionBody,
    responses((status = 200, body = StepView, description = "It is done again"))
)]
pub(super) async fn redo(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Json(body): Json<VersionBody>,
) -> Result<Json<StepView>, Problem> {
    step(who, app, path, body, true).await
}

async fn step(
    who: May<TimetablesWrite>,
    app: App,
    (name, week): (String, String),
    body: VersionBody,
    is_redo: bool,
) -> Result<Json<StepView>, Problem> {
    let (sheet, by) = (super::sheet(&week)?, super::by(&who, body.version, false));
    let timetables = app.rooms.timetables.clone();
    let work = async move { Ok(timetables.step(&name, sheet, is_redo, &by).await?) };
    let (kept, what) = app.work.to_the_end(work).await?;
    Ok(Json(StepView { what, table: TableView::new(sheet, kept) }))
}
