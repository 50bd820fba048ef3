//! `GET /v1/timetables` and `GET /v1/timetables/{name}`

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{DayView, StateView};
use crate::{
    http::{
        auth::May,
        extract::{Json, Path, Query},
        problem::Problem,
        scope::TimetablesRead,
        state::App,
    },
    model::{Day, Week, WeekState},
};

/// Weeks of a list at most.
const MOST: u32 = 1_000;

/// The timetables that are configured.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Timetables)]
pub(super) struct KindsView {
    timetables: Vec<KindView>,
}

/// A timetable as it is configured.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableSettings)]
struct KindView {
    name: String,
    /// The queue that it fills.
    queue: String,
    time_zone: Option<String>,
    #[schema(value_type = Vec<DayView>)]
    days: Vec<Day>,
    /// Where the shifts begin, and where the last one ends.
    hours: Vec<String>,
    lines: usize,
}

/// A timetable's weeks.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableWeeks)]
pub(super) struct WeeksView {
    /// The latest first.
    weeks: Vec<WeekView>,
}

/// A week in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableWeek)]
struct WeekView {
    #[schema(value_type = String, example = "2026-11-23")]
    week: Week,
    #[schema(value_type = StateView)]
    state: WeekState,
    version: i64,
    updated_at: Timestamp,
    updated_by: String,
}

/// How many.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct WeeksQuery {
    /// 1 to 1000, 100 if not given.
    limit: Option<u32>,
}

/// List timetables
#[utoipa::path(
    get, path = "/v1/timetables", tag = "timetables", operation_id = "listTimetables",
    security(("token" = ["timetables:read"])),
    responses((status = 200, body = KindsView, description = "Those of the configuration"))
)]
pub(super) async fn list(_: May<TimetablesRead>, State(app): State<App>) -> Result<Json<KindsView>, Problem> {
    let timetables = &app.rooms.timetables;
    let view = |name: &str| {
        let config = timetables.settings(name)?;
        Ok(KindView {
            name: name.to_owned(),
            queue: config.queue.clone(),
            time_zone: timetables.zone(name)?.iana_name().map(str::to_owned),
            days: config.days.clone(),
            hours: config.hours.iter().map(|time| time.strftime("%H:%M").to_string()).collect(),
            lines: config.lines,
        })
    };
    let timetables: Result<Vec<KindView>, Problem> = timetables.names().map(view).collect();
    Ok(Json(KindsView { timetables: timetables? }))
}

/// List a timetable's weeks
#[utoipa::path(
    get, path = "/v1/timetables/{name}", tag = "timetables", operation_id = "listTimetableWeeks",
    security(("token" = ["timetables:read"])),
    params(("name" = String, Path, description = "The timetable"), WeeksQuery),
    responses((status = 200, body = WeeksView, description = "The weeks that are there"))
)]
pub(super) async fn weeks(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<WeeksQuery>,
) -> Result<Json<WeeksView>, Problem> {
    let limit = query.limit.unwrap_or(100);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("1 to {MOST} weeks")));
    }
    let weeks = app.rooms.timetables.weeks(&name, limit).await?;
    let weeks = weeks.into_iter().map(|week| WeekView {
        week: week.week,
        state: week.state,
        version: week.version,
        updated_at: week.updated_at,
        updated_by: week.updated_by,
    });
    Ok(Json(WeeksView { weeks: weeks.collect() }))
}
