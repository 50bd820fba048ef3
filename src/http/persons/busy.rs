//! `GET /v1/persons/{id}/busy`

use axum::extract::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        absences::KindView,
        auth::May,
        extract::{Json, Path, Query},
        problem::Problem,
        scope::PeopleRead,
        state::App,
    },
    model::{AbsenceKind, Busy, Day, Week},
};

/// Which week.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct BusyQuery {
    /// Its Monday, `2026-11-23`.
    #[param(value_type = String)]
    week: Date,
    /// Shifts of a day, 1 to 96.
    shifts: usize,
}

/// What keeps somebody from the shifts of a week.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BusyWeek {
    /// Its Monday.
    #[schema(value_type = String, example = "2026-11-23")]
    week: Date,
    /// Monday first.
    days: Vec<BusyDay>,
}

/// A day of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BusyDay {
    /// `mon` … `sun`
    #[schema(value_type = String, example = "mon")]
    day: Day,
    #[schema(value_type = String, example = "2026-11-23")]
    date: Date,
    /// One for each shift; `null`: free.
    shifts: Vec<Option<BusyView>>,
}

/// Why a shift is not free.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BusyView {
    reason: String,
    /// A wish, which the timetable may overrule.
    optional: bool,
    #[schema(value_type = KindView)]
    kind: AbsenceKind,
}

/// Show when a person is busy
///
/// Their own absences, those of their groups, and everybody's, laid over the shifts of a week. Of several in one shift,
/// what must be goes before what is wished.
#[utoipa::path(
    get, path = "/v1/persons/{id}/busy", tag = "people", operation_id = "personBusy",
    security(("token" = ["people:read"])),
    params(("id" = String, Path, description = "Their id"), BusyQuery),
    responses((status = 200, body = BusyWeek, description = "The week"))
)]
pub(super) async fn busy(
    _: May<PeopleRead>,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<BusyQuery>,
) -> Result<Json<BusyWeek>, Problem> {
    let id = super::id("id", &id)?;
    let week = Week::beginning(query.week).map_err(|why| Problem::field("week", why))?;
    if !(1..=96).contains(&query.shifts) {
        return Err(Problem::field("shifts", "1 to 96"));
    }
    let busy = app.rooms.people.busy(&id, week, &Day::ALL, query.shifts).await?;
    let days = Day::ALL.into_iter().zip(busy).map(|(day, shifts)| {
        let view = |busy: Busy| BusyView { reason: busy.reason, optional: busy.optional, kind: busy.kind };
        let shifts = shifts.into_iter().map(|busy| busy.map(view)).collect();
        BusyDay { day, date: week.date(day), shifts }
    });
    Ok(Json(BusyWeek { week: week.monday(), days: days.collect() }))
}
