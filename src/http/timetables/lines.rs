//! `POST` and `DELETE /v1/timetables/{name}/{week}/lines`

use axum::extract::State;

use super::view::TableView;
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::TimetablesWrite,
    state::App,
};

/// Add a line
///
/// To the forced shifts (`forced`) or to a week: one more answers at once.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/{week}/lines", tag = "timetables", operation_id = "addTimetableLine",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
    ),
    responses((status = 200, body = TableView, description = "It is added"))
)]
pub(super) async fn add(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Json<TableView>, Problem> {
    change(who, app, path, true).await
}

/// Take the last line away
///
/// Refused (409) if somebody is on it.
#[utoipa::path(
    delete, path = "/v1/timetables/{name}/{week}/lines", tag = "timetables", operation_id = "removeTimetableLine",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
    ),
    responses((status = 200, body = TableView, description = "It is taken away"))
)]
pub(super) async fn remove(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
) -> Result<Json<TableView>, Problem> {
    change(who, app, path, false).await
}

async fn change(
    who: May<TimetablesWrite>,
    app: App,
    (name, week): (String, String),
    add: bool,
) -> Result<Json<TableView>, Problem> {
    let (sheet, by) = (super::sheet(&week)?, super::by(&who, None, false));
    let timetables = app.rooms.timetables.clone();
    let work = async move { Ok(timetables.change_lines(&name, sheet, add, &by).await?) };
    let kept = app.work.to_the_end(work).await?;
    Ok(Json(TableView::new(sheet, kept)))
}
