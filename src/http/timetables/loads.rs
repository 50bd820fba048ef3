//! `GET /v1/timetables/{name}/{week}/loads`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{
        auth::May,
        extract::{Json, Path},
        problem::Problem,
        scope::TimetablesRead,
        state::App,
    },
    timetable::loads::{Loads, Steps},
};

/// Who gets how many shifts of a week.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableLoads)]
pub(super) struct LoadsView {
    /// By id.
    people: Vec<LoadView>,
    /// How many answer at once.
    lines: usize,
    /// Cells that nobody has a load for.
    nobody: u32,
    /// Cells of the week.
    target: u32,
}

/// One person's way from the ideal load to the load.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableLoad)]
struct LoadView {
    #[schema(example = "anna")]
    id: String,
    /// Shifts in a whole week of work.
    ideal: f64,
    /// By the days of this week: the share.
    proportional: f64,
    /// The share in whole shifts, halves to the even one.
    rounded: u32,
    /// What fits beside what the person is busy with.
    capacity: u32,
    /// What can be given at most.
    bound: u32,
    /// The rounded share within the bound.
    limited: u32,
    /// After shifts were added or taken away until the lines are filled.
    covering: u32,
    /// After debtors have taken shifts from creditors.
    compensated: u32,
    /// The load.
    load: u32,
    /// Above the share.
    overload: f64,
    /// Credit as it is stored.
    credit_stored: f64,
    /// Credit that counted.
    credit_before: f64,
    /// Credit after this week, if it is planned so.
    credit_after: f64,
}

/// Show the loads of a week
///
/// As planning it now would have them, step by step: from ideal loads, days off, credit and forced shifts.
#[utoipa::path(
    get, path = "/v1/timetables/{name}/{week}/loads", tag = "timetables", operation_id = "getTimetableLoads",
    security(("token" = ["timetables:read"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday"),
    ),
    responses((status = 200, body = LoadsView, description = "Everybody's"))
)]
pub(super) async fn loads(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path((name, week)): Path<(String, String)>,
) -> Result<Json<LoadsView>, Problem> {
    Ok(Json(app.rooms.timetables.loads(&name, super::week(&week)?).await?.into()))
}

impl From<Loads> for LoadsView {
    fn from(loads: Loads) -> Self {
        let Loads { people, lines, nobody, target } = loads;
        Self { people: people.into_iter().map(LoadView::from).collect(), lines, nobody, target }
    }
}

impl From<Steps> for LoadView {
    fn from(steps: Steps) -> Self {
        Self {
            id: steps.id,
            ideal: steps.ideal,
            proportional: steps.proportional,
            rounded: steps.rounded,
            capacity: steps.capacity,
            bound: steps.bound,
            limited: steps.limited,
            covering: steps.covering,
            compensated: steps.compensated,
            load: steps.load,
            overload: steps.overload,
            credit_stored: steps.credit_stored,
            credit_before: steps.credit_before,
            credit_after: steps.credit_after,
        }
    }
}
