//! `POST /v1/timetables/{name}/{week}/publish`, `…/withdraw` and `…/retire`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::{body::VersionBody, view::TableView};
use crate::{
    http::{
        auth::May,
        extract::{Json, Path},
        problem::Problem,
        scope::TimetablesWrite,
        state::App,
    },
    model::Sheet,
};

/// How many weeks were retired.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetablesRetired)]
pub(super) struct RetiredView {
    retired: u64,
}

/// Publish a week
///
/// The queue goes by it then, and its overloads count as credit. May be repeated.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/{week}/publish", tag = "timetables", operation_id = "publishTimetable",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday"),
    ),
    request_body = VersionBody,
    responses((status = 200, body = TableView, description = "It is published"))
)]
pub(super) async fn publish(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Json(body): Json<VersionBody>,
) -> Result<Json<TableView>, Problem> {
    set(who, app, path, body, true).await
}

/// Make a published week a draft again
#[utoipa::path(
    post, path = "/v1/timetables/{name}/{week}/withdraw", tag = "timetables", operation_id = "withdrawTimetable",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday"),
    ),
    request_body = VersionBody,
    responses((status = 200, body = TableView, description = "It is a draft"))
)]
pub(super) async fn withdraw(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path(path): Path<(String, String)>,
    Json(body): Json<VersionBody>,
) -> Result<Json<TableView>, Problem> {
    set(who, app, path, body, false).await
}

/// Retire weeks
///
/// The published weeks up to this one, which is over: they do not change any more; the credit at its end is frozen.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/{week}/retire", tag = "timetables", operation_id = "retireTimetables",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The Monday of the last week"),
    ),
    responses((status = 200, body = RetiredView, description = "They are retired"))
)]
pub(super) async fn retire(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, week)): Path<(String, String)>,
) -> Result<Json<RetiredView>, Problem> {
    let (week, by) = (super::week(&week)?, super::by(&who, None, false));
    let timetables = app.rooms.timetables.clone();
    let retired = app.work.to_the_end(async move { Ok(timetables.retire(&name, week, &by).await?) }).await?;
    Ok(Json(RetiredView { retired }))
}

async fn set(
    who: May<TimetablesWrite>,
    app: App,
    (name, week): (String, String),
    body: VersionBody,
    published: bool,
) -> Result<Json<TableView>, Problem> {
    let (week, by) = (super::week(&week)?, super::by(&who, body.version, false));
    let timetables = app.rooms.timetables.clone();
    let work = async move { Ok(timetables.set_published(&name, week, published, &by).await?) };
    let kept = app.work.to_the_end(work).await?;
    Ok(Json(TableView::new(Sheet::Week(week), kept)))
}
