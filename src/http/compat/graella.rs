//! `/api/graella/…`: weeks, in the shape that Tomàtic has for them.

use axum::extract::State;
use serde::Serialize;

use super::{
    tomatic::{Place, Which, answer, edit, refused},
    yaml::{Refusal, Yaml},
};
use crate::{
    http::{
        auth::May,
        clock,
        code::Code,
        extract::{Path, Query},
        problem::Problem,
        scope::{TimetablesRead, TimetablesWrite},
        state::App,
        timetables::by,
    },
    model::{Sheet, Week, WeekState},
    people::tomatic::graella::GraellaFile,
    timetable::{EditRefused, TimetableError},
};

/// Weeks of a list at most.
const MOST: u32 = 1_000;
/// Weeks before this one that are not retired yet.
const KEPT: i32 = 2;

/// The weeks that are there.
#[derive(Serialize)]
pub(super) struct Weeks {
    weeks: Vec<String>,
}

/// How many weeks were retired.
#[derive(Serialize)]
pub(super) struct Retired {
    result: &'static str,
    retired: u64,
}

/// Weeks, as Tomàtic lists them
///
/// `weeks`: the Mondays of the published ones, earliest first.
#[utoipa::path(
    get, path = "/api/graella/list", tag = "older names", operation_id = "tomaticWeeks",
    security(("token" = ["timetables:read"])),
    params(Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The weeks"))
)]
pub(super) async fn list(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Yaml<Weeks>, Refusal> {
    let weeks = app.rooms.timetables.weeks(&which.name(&app)?, MOST).await.map_err(refused)?;
    let published = weeks.iter().rev().filter(|week| week.state == WeekState::Published);
    Ok(Yaml(Weeks { weeks: published.map(|week| week.week.to_string()).collect() }))
}

/// A week, as Tomàtic tells it
///
/// A published one, by its Monday: `week`, `days`, `hours`, `turns`, `timetable`, `colors`, `extensions`, `names`,
/// `overload`, `penalties`, `cost`, `log`.
#[utoipa::path(
    get, path = "/api/graella/{week}", tag = "older names", operation_id = "tomaticWeek",
    security(("token" = ["timetables:read"])),
    params(("week" = String, Path, description = "The Monday"), Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The week"))
)]
pub(super) async fn show(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path(week): Path<String>,
    Query(which): Query<Which>,
) -> Result<Yaml<GraellaFile>, Refusal> {
    let (name, week) = (which.name(&app)?, Week::parse(&week).map_err(Refusal::Refused)?);
    let kept = app.rooms.timetables.published(&name, week).await.map_err(refused)?;
    let kept = kept.ok_or_else(|| refused(TimetableError::Refused(EditRefused::Absent)))?;
    answer(&app, &name, Sheet::Week(week), kept).await
}

/// A week by its file's name, as Tomàtic tells it
///
/// The same as `/api/graella/{week}`, for `graella-2026-11-23.yaml`.
#[utoipa::path(
    get, path = "/api/graella-{file}", tag = "older names", operation_id = "tomaticWeekFile",
    security(("token" = ["timetables:read"])),
    params(("file" = String, Path, description = "The Monday, and `.yaml`"), Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The week"))
)]
pub(super) async fn show_file(
    who: May<TimetablesRead>,
    app: State<App>,
    Path(file): Path<String>,
    which: Query<Which>,
) -> Result<Yaml<GraellaFile>, Refusal> {
    let week = file.strip_suffix(".yaml");
    let week = week.ok_or_else(|| Problem::new(Code::UnknownPath, "a week's file ends in .yaml"))?;
    show(who, app, Path(week.to_owned()), which).await
}

/// Change a cell, as Tomàtic does
///
/// `day` is one of `dl dm dx dj dv ds dg`, `houri` and `turni` count from 0, `name` is somebody, `ningu` or `festiu`.
/// What a table never takes is refused with 400 and `error`; who is away or has enough shifts is taken all the same.
#[utoipa::path(
    patch, path = "/api/graella/{week}/{day}/{houri}/{turni}/{name}", tag = "older names",
    operation_id = "tomaticCell",
    security(("token" = ["timetables:write"])),
    params(
        ("week" = String, Path, description = "The Monday"),
        ("day" = String, Path, description = "The day"),
        ("houri" = usize, Path, description = "The shift"),
        ("turni" = usize, Path, description = "The line"),
        ("name" = String, Path, description = "Who"),
        Which,
    ),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The week"))
)]
pub(super) async fn cell(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path((week, day, houri, turni, name)): Path<(String, String, usize, usize, String)>,
    Query(which): Query<Which>,
) -> Result<Yaml<GraellaFile>, Refusal> {
    let (table, week) = (which.name(&app)?, Week::parse(&week).map_err(Refusal::Refused)?);
    let place = Place { day, houri, turni, name };
    edit(&app, table, Sheet::Week(week), &place, by(&who, None, true)).await
}

/// Retire old weeks, as Tomàtic does
///
/// The published ones up to two weeks ago; refused (400) if that week is not there.
#[utoipa::path(
    get, path = "/api/graella/retireold", tag = "older names", operation_id = "tomaticRetire",
    security(("token" = ["timetables:write"])),
    params(Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "They are retired"))
)]
pub(super) async fn retire(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Query(which): Query<Which>,
) -> Result<Yaml<Retired>, Refusal> {
    let (name, timetables) = (which.name(&app)?, app.rooms.timetables.clone());
    let zone = timetables.zone(&name).map_err(refused)?;
    let until = Week::of(clock::now().to_zoned(zone.clone()).date()).plus(-KEPT);
    if timetables.published(&name, until).await.map_err(refused)?.is_none() {
        return Err(Refusal::Refused(format!("there is no timetable of the week {until}")));
    }
    let by = by(&who, None, false);
    let work = async move { Ok(timetables.retire(&name, until, &by).await) };
    let retired = app.work.to_the_end(work).await?.map_err(refused)?;
    Ok(Yaml(Retired { result: "ok", retired }))
}
