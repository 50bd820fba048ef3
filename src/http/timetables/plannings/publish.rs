//! `POST /v1/timetables/{name}/plannings/{id}/publish`

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::unknown;
use crate::{
    http::{
        auth::May,
        extract::{Json, Path},
        problem::Problem,
        scope::TimetablesWrite,
        state::App,
        timetables::{by, view::TableView},
    },
    model::{Sheet, WeekState},
};

/// What becomes of the result.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PlanningPublish)]
#[serde(deny_unknown_fields)]
pub(in crate::http::timetables) struct PublishBody {
    /// Store it as a draft, which nobody goes by yet.
    #[serde(default)]
    draft: bool,
    /// The version of the week's table that the editor saw; another one refuses it (409).
    version: Option<i64>,
}

/// Make a planning's result the week's timetable
///
/// In the place of what was there, which can be brought back by undoing it.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/plannings/{id}/publish", tag = "timetables",
    operation_id = "publishPlanning",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("id" = Uuid, Path, description = "The planning"),
    ),
    request_body = PublishBody,
    responses((status = 200, body = TableView, description = "The week as it is then"))
)]
pub(in crate::http::timetables) async fn publish(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, id)): Path<(String, Uuid)>,
    Json(body): Json<PublishBody>,
) -> Result<Json<TableView>, Problem> {
    let by = by(&who, body.version, false);
    let state = if body.draft { WeekState::Draft } else { WeekState::Published };
    let timetables = app.rooms.timetables.clone();
    let work = async move { Ok(timetables.use_planning(&name, id, state, &by).await?) };
    let kept = app.work.to_the_end(work).await?.ok_or_else(|| unknown(id))?;
    Ok(Json(TableView::new(Sheet::Week(kept.plan.table.week), kept)))
}
