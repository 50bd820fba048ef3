//! `GET` and `PUT /v1/timetables/{name}/credit`

use std::collections::BTreeMap;

use axum::{extract::State, http::StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path, Query},
        problem::Problem,
        scope::{TimetablesRead, TimetablesWrite},
        state::App,
    },
    model::{PersonId, Week},
};

/// At the end of which week.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditQuery {
    /// A Monday; without it the current week's.
    week: Option<String>,
}

/// Shifts above (below) the share of work, added up.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ShiftCredit)]
#[serde(deny_unknown_fields)]
pub(super) struct CreditView {
    /// By person.
    #[schema(value_type = std::collections::HashMap<String, f64>, example = json!({"anna": 1.5}))]
    credit: BTreeMap<PersonId, f64>,
}

/// Show the credit of shifts
///
/// What was frozen last, and the overloads of the published weeks after it up to this one.
#[utoipa::path(
    get, path = "/v1/timetables/{name}/credit", tag = "timetables", operation_id = "getShiftCredit",
    security(("token" = ["timetables:read"])),
    params(("name" = String, Path, description = "The timetable"), CreditQuery),
    responses((status = 200, body = CreditView, description = "Each one's credit"))
)]
pub(super) async fn get(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<CreditQuery>,
) -> Result<Json<CreditView>, Problem> {
    let week = week(&app, &name, query)?;
    Ok(Json(CreditView { credit: app.rooms.timetables.credit(&name, week).await? }))
}

/// Set the credit of shifts
///
/// As it is at the end of a week, whatever was before; an empty one forgives all.
#[utoipa::path(
    put, path = "/v1/timetables/{name}/credit", tag = "timetables", operation_id = "putShiftCredit",
    security(("token" = ["timetables:write"])),
    params(("name" = String, Path, description = "The timetable"), CreditQuery),
    request_body = CreditView,
    responses((status = 204, description = "It is stored"))
)]
pub(super) async fn put(
    who: May<TimetablesWrite>,
    State(app): State<App>,
    Path(name): Path<String>,
    Query(query): Query<CreditQuery>,
    Json(body): Json<CreditView>,
) -> Result<StatusCode, Problem> {
    if body.credit.values().any(|credit| !(-1_000.0..=1_000.0).contains(credit)) {
        return Err(Problem::field("credit", "a credit lies between -1000 and 1000 shifts"));
    }
    let (week, by) = (week(&app, &name, query)?, super::by(&who, None, false));
    app.rooms.timetables.set_credit(&name, week, &body.credit, &by).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn week(app: &App, name: &str, query: CreditQuery) -> Result<Week, Problem> {
    let zone = app.rooms.timetables.zone(name)?;
    let this = || Week::of(clock::now().to_zoned(zone.clone()).date());
    query.week.map_or_else(|| Ok(this()), |week| super::week(&week))
}
