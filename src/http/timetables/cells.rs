//! `PATCH /v1/timetables/{name}/{week}/cells`

use axum::extract::State;

use super::{body::CellsBody, view::EditedView};
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::TimetablesWrite,
    state::App,
};

/// Change cells
///
/// All of them or none. Refused (409) where a person is not known, is on two lines of a shift, or too many lines would
/// be empty; and, unless `force` is set, where a person is away or has too many shifts that day.
#[utoipa::path(
    patch, path = "/v1/timetables/{name}/{week}/cells", tag = "timetables", operation_id = "changeCells",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
    ),
    request_body = CellsBody,
    responses((status = 200, body = EditedView, description = "They are changed"))
)]
pub(super) async fn cells(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, week)): Path<(String, String)>,
    Json(body): Json<CellsBody>,
) -> Result<Json<EditedView>, Problem> {
    let (sheet, by) = (super::sheet(&week)?, super::by(&who, body.version, body.force));
    let (timetables, changes) = (app.rooms.timetables.clone(), body.changes()?);
    let work = async move { Ok(timetables.change_cells(&name, sheet, &changes, &by).await?) };
    let edited = app.work.to_the_end(work).await?;
    Ok(Json(EditedView::new(sheet, edited)))
}
