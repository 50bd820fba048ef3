//! `PUT /v1/timetables/{name}/{week}`

use axum::extract::State;

use super::{body::TableBody, view::EditedView};
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::TimetablesWrite,
    state::App,
};

/// Store a whole week
///
/// In the place of what was there; `{}` makes a week in which nothing is decided, with its holidays.
#[utoipa::path(
    put, path = "/v1/timetables/{name}/{week}", tag = "timetables", operation_id = "putTimetable",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
    ),
    request_body = TableBody,
    responses((status = 200, body = EditedView, description = "It is stored"))
)]
pub(super) async fn put(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, week)): Path<(String, String)>,
    Json(body): Json<TableBody>,
) -> Result<Json<EditedView>, Problem> {
    let (sheet, by) = (super::sheet(&week)?, super::by(&who, body.version, body.force));
    let (timetables, new) = (app.rooms.timetables.clone(), body.table()?);
    let work = async move { Ok(timetables.put(&name, sheet, new, &by).await?) };
    let edited = app.work.to_the_end(work).await?;
    Ok(Json(EditedView::new(sheet, edited)))
}
