//! `POST /v1/timetables/{name}/plannings`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::{
        auth::May,
        extract::{Json, Path},
        problem::Problem,
        scope::TimetablesWrite,
        state::App,
        timetables::{view::PlanningView, week},
    },
    model::clean,
    timetable::PlanRequest,
};

/// Which week to plan, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PlanningPost)]
#[serde(deny_unknown_fields)]
pub(in crate::http::timetables) struct PlanningBody {
    /// The week's Monday.
    #[schema(example = "2026-11-23")]
    week: String,
    /// What it is for, at most 200 characters.
    #[serde(default)]
    description: String,
    /// How long it may look for something better: 1 to 86400; without it as configured, else two hours. It ends
    /// earlier when nothing better is possible.
    seconds: Option<u32>,
    /// How many answer at once; without it as configured.
    lines: Option<usize>,
    /// Publish what it finds.
    #[serde(default)]
    publish: bool,
    /// Nobody's credit or debt counts.
    #[serde(default)]
    forgive: bool,
}

/// Plan a week
///
/// In the background: ask for the planning, or watch `timetable.planning` on the event stream. One at a time for each
/// timetable.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/plannings", tag = "timetables", operation_id = "startPlanning",
    security(("token" = ["timetables:write"])),
    params(("name" = String, Path, description = "The timetable")),
    request_body = PlanningBody,
    responses((status = 202, body = PlanningView, description = "It runs"))
)]
pub(in crate::http::timetables) async fn start(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path(name): Path<String>,
    Json(body): Json<PlanningBody>,
) -> Result<Response, Problem> {
    if body.seconds.is_some_and(|seconds| !(1..=86_400).contains(&seconds)) {
        return Err(Problem::field("seconds", "1 to 86400"));
    }
    let week = week(&body.week)?;
    let request = PlanRequest {
        description: clean(&body.description, 200),
        seconds: body.seconds,
        lines: body.lines,
        publish: body.publish,
        forgive: body.forgive,
    };
    let (timetables, by) = (app.rooms.timetables.clone(), who.token.name.clone());
    let work = async move { Ok(timetables.start_planning(&name, week, &request, &by).await?) };
    let planning = app.work.to_the_end(work).await?;
    Ok((StatusCode::ACCEPTED, Json(PlanningView::from(planning))).into_response())
}
