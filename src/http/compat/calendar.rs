//! `GET /api/calendar/{person}` and `GET /api/shifts/download/credit/{week}`: shifts and their credit under old names.

use std::collections::BTreeMap;

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    tomatic::{Which, refused},
    yaml::{Refusal, Yaml},
};
use crate::{
    http::{
        auth::{May, Peer},
        extract::{Path, Query},
        scope::TimetablesRead,
        state::App,
        timetables::calendar,
    },
    model::{PersonId, Week},
};

/// Which timetable, and with which secret.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct CalendarQuery {
    /// The timetable's name; need not be given where there is only one.
    timetable: Option<String>,
    /// The secret of this calendar; without it a token with `timetables:read` is needed.
    secret: Option<String>,
}

/// A person's shifts as a calendar, as Tomàtic has it
///
/// The same as `/v1/timetables/{name}/calendar/{person}`.
#[utoipa::path(
    get, path = "/api/calendar/{person}", tag = "older names", operation_id = "tomaticCalendar",
    security(("token" = ["timetables:read"]), ()),
    params(("person" = String, Path, description = "The id"), CalendarQuery),
    responses((status = 200, body = String, content_type = "text/calendar", description = "The shifts"))
)]
pub(super) async fn calendar(
    peer: Peer,
    headers: HeaderMap,
    State(app): State<App>,
    Path(person): Path<String>,
    Query(query): Query<CalendarQuery>,
) -> Result<Response, Refusal> {
    let name = Which::of(query.timetable).name(&app)?;
    Ok(calendar::answer(&app, peer, &headers, query.secret.as_deref(), (&name, &person)).await?)
}

/// The credit of shifts, as Tomàtic tells it
///
/// At the end of a week: by person, shifts above (below) the share of work.
#[utoipa::path(
    get, path = "/api/shifts/download/credit/{week}", tag = "older names", operation_id = "tomaticCredit",
    security(("token" = ["timetables:read"])),
    params(("week" = String, Path, description = "The Monday"), Which),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The credit"))
)]
pub(super) async fn credit(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path(week): Path<String>,
    Query(which): Query<Which>,
) -> Result<Yaml<BTreeMap<PersonId, f64>>, Refusal> {
    let (name, week) = (which.name(&app)?, Week::parse(&week).map_err(Refusal::Refused)?);
    Ok(Yaml(app.rooms.timetables.credit(&name, week).await.map_err(refused)?))
}
