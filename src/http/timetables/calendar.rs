//! `GET`, `POST` and `DELETE /v1/timetables/{name}/calendar/{person}`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    http::{
        auth::{self, May, Peer},
        clock,
        code::Code,
        extract::{Json, Path, Query},
        problem::Problem,
        scope::{Scope, TimetablesWrite},
        state::App,
        token,
    },
    model::{PersonId, Sheet, Week},
    timetable::print::{Turns, calendar},
};

/// Weeks before this one that a calendar still shows.
const WEEKS_BACK: i32 = -4;

/// Where a calendar is read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimetableCalendar)]
pub(super) struct CalendarView {
    /// The path on this port, with its secret. It is shown this once; who has it can read these shifts.
    #[schema(example = "/v1/timetables/phones/calendar/anna.ics?secret=...")]
    path: String,
}

/// With which secret.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretQuery {
    /// The secret of this calendar; without it a token with `timetables:read` is needed.
    secret: Option<String>,
}

/// A person's shifts as a calendar
///
/// iCalendar, with an alarm 15 minutes before each shift. Programs that cannot send a token use the address that the
/// `POST` gives.
#[utoipa::path(
    get, path = "/v1/timetables/{name}/calendar/{person}", tag = "timetables", operation_id = "getTimetableCalendar",
    security(("token" = ["timetables:read"]), ()),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("person" = String, Path, description = "The person's id; `.ics` may stand behind it"),
        SecretQuery,
    ),
    responses((status = 200, body = String, content_type = "text/calendar", description = "The shifts"))
)]
pub(super) async fn get(
    peer: Peer,
    headers: HeaderMap,
    State(app): State<App>,
    Path((name, person)): Path<(String, String)>,
    Query(query): Query<SecretQuery>,
) -> Result<Response, Problem> {
    answer(&app, peer, &headers, query.secret.as_deref(), (&name, &person)).await
}

/// The shifts of a person, to whoever has the calendar's secret or a token.
pub(in crate::http) async fn answer(
    app: &App,
    peer: Peer,
    headers: &HeaderMap,
    secret: Option<&str>,
    (name, person): (&str, &str),
) -> Result<Response, Problem> {
    let timetables = &app.rooms.timetables;
    if let Some(secret) = secret {
        auth::anonymous(peer, app)?;
        let known = PersonId::parse(id(person)).ok().zip(token::hash(secret));
        let is_right = match known {
            Some((person, hash)) => timetables.is_calendar_secret(name, &person, &hash).await?,
            None => false,
        };
        if !is_right {
            auth::failed(peer, app)?;
            let detail = "this address is not valid any more; ask for a new one";
            return Err(Problem::new(Code::NotFound, detail));
        }
    } else {
        auth::check(headers, peer, Scope::TimetablesRead, app).await?;
    }
    let text = shifts(app, name, person).await?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}

/// Make an address for a person's calendar
///
/// With a new secret; an earlier address is not valid any more.
#[utoipa::path(
    post, path = "/v1/timetables/{name}/calendar/{person}", tag = "timetables",
    operation_id = "createTimetableCalendar",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("person" = String, Path, description = "The person's id"),
    ),
    responses((status = 201, body = CalendarView, description = "The address"))
)]
pub(super) async fn create(
    _: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, person)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let person = known(&app, &person).await?;
    let (secret, stored) = token::create("calendar", &[], None, clock::now());
    app.rooms.timetables.set_calendar_secret(&name, &person, Some(stored.hash)).await?;
    let path = format!("/v1/timetables/{name}/calendar/{person}.ics?secret={secret}");
    Ok((StatusCode::CREATED, Json(CalendarView { path })).into_response())
}

/// Take the address of a person's calendar away
#[utoipa::path(
    delete, path = "/v1/timetables/{name}/calendar/{person}", tag = "timetables",
    operation_id = "deleteTimetableCalendar",
    security(("token" = ["timetables:write"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("person" = String, Path, description = "The person's id"),
    ),
    responses((status = 204, description = "No address is valid"))
)]
pub(super) async fn revoke(
    _: May<TimetablesWrite>,
    State(app): State<App>,
    Path((name, person)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let person = PersonId::parse(id(&person)).map_err(|why| Problem::field("person", why))?;
    app.rooms.timetables.set_calendar_secret(&name, &person, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The published shifts of a person as iCalendar.
async fn shifts(app: &App, name: &str, person: &str) -> Result<String, Problem> {
    let timetables = &app.rooms.timetables;
    let zone = timetables.zone(name)?;
    let week = Week::of(clock::now().to_zoned(zone.clone()).date());
    let id = known(app, person).await?;
    let crew = timetables.crew(Sheet::Week(week)).await?;
    let weeks = timetables.since(name, week.plus(WEEKS_BACK)).await?;
    let shown = crew.persons.get(&id).map(|person| person.name.as_str()).unwrap_or_default();
    Ok(calendar(&Turns { name, zone, person: &id, shown, weeks: &weeks }))
}

fn id(person: &str) -> &str {
    person.strip_suffix(".ics").unwrap_or(person)
}

/// The id of somebody who works here.
async fn known(app: &App, person: &str) -> Result<PersonId, Problem> {
    let id = PersonId::parse(id(person)).map_err(|why| Problem::field("person", why))?;
    let crew = app.rooms.timetables.crew(Sheet::Forced).await?;
    if crew.persons.contains_key(&id) {
        return Ok(id);
    }
    Err(Problem::new(Code::NotFound, format!("there is no person {id}")))
}
