//! `POST /v1/timetables/{name}/{week}/swap`

use axum::extract::State;

use super::{body::SwapBody, view::EditedView};
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::TimetablesWrite,
    state::App,
};

/// Swap two cells
///
/// With the same checks as a change of cells.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/{week}/swap", tag = "timetables", operation_id = "swapCells",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
    ),
    request_body = SwapBody,
    responses((status = 200, body = EditedView, description = "They are swapped"))
)]
pub(super) async fn swap(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, week)): Path<(String, String)>,
    Json(body): Json<SwapBody>,
) -> Result<Json<EditedView>, Problem> {
    let (sheet, by) = (super::sheet(&week)?, super::by(&who, body.version, body.force));
    let (timetables, one, other) = (app.rooms.timetables.clone(), body.one.place(), body.other.place());
    let work = async move { Ok(timetables.swap(&name, sheet, one, other, &by).await?) };
    let edited = app.work.to_the_end(work).await?;
    Ok(Json(EditedView::new(sheet, edited)))
}
