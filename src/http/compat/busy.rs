//! `GET` and `POST /api/busy/{person}`: when somebody is busy, in the shape that Tomàtic has for it.

use axum::extract::State;
use serde::Serialize;

use super::{
    person::refused,
    yaml::{Refusal, Yaml},
};
use crate::{
    http::{
        auth::May,
        extract::Path,
        scope::{PeopleRead, PeopleWrite},
        state::App,
    },
    model::{PersonId, Who},
    people::{
        PeopleError,
        tomatic::busy::{self, BusyLists},
    },
    storage::AbsenceQuery,
};

/// What became of two lists; also a refusal is answered with 200.
#[derive(Serialize)]
pub(super) struct Replaced {
    /// `ok` or `error`.
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

/// A person's busy lists, as Tomàtic tells them
///
/// `weekly` and `oneshot`, of the person's own absences: not those of groups, feeds, or of more than 92 days.
#[utoipa::path(
    get, path = "/api/busy/{person}", tag = "older names", operation_id = "tomaticBusy",
    security(("token" = ["people:read"])),
    params(("person" = String, Path, description = "The id")),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "The lists"))
)]
pub(super) async fn show(
    _: May<PeopleRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Yaml<BusyLists>, Refusal> {
    let who = Who::Person(PersonId::parse(&id).map_err(Refusal::Refused)?);
    let query = AbsenceQuery { who: Some(who), own: true, ..AbsenceQuery::default() };
    Ok(Yaml(busy::lists(&app.store().all_absences(&query).await?)))
}

/// Replace a person's busy lists, as Tomàtic does
///
/// `weekly: [{weekday, turns, optional, reason}]` and `oneshot: [{date, turns, optional, reason}]` take the place of the
/// lists that `GET` shows; an absence whose entries are all sent again stays as it is. A list with a bad entry changes
/// nothing: `{result: error, message}`, with 200.
#[utoipa::path(
    post, path = "/api/busy/{person}", tag = "older names", operation_id = "tomaticBusyReplace",
    security(("token" = ["people:write"])),
    params(("person" = String, Path, description = "The id")),
    request_body(content = String, content_type = "application/x-yaml"),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "`result: ok` or `error`"))
)]
pub(super) async fn replace(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    body: Result<Yaml<BusyLists>, Refusal>,
) -> Result<Yaml<Replaced>, Refusal> {
    let no = |message: String| Ok(Yaml(Replaced { result: "error", message: Some(message) }));
    let lists = match body {
        Ok(Yaml(lists)) => lists,
        Err(Refusal::Refused(message)) => return no(message),
        Err(problem) => return Err(problem),
    };
    let id = match PersonId::parse(&id) {
        Ok(id) if app.rooms.people.get(&id).is_some() => id,
        Ok(id) => return no(PeopleError::NoPerson(id).to_string()),
        Err(message) => return no(message),
    };
    let people = app.rooms.people.clone();
    let work =
        async move { Ok(people.replace_own_absences(&id, |known| busy::replaced(&id, known, &lists)).await) };
    match app.work.to_the_end(work).await?.map_err(refused) {
        Ok(()) => Ok(Yaml(Replaced { result: "ok", message: None })),
        Err(Refusal::Refused(message)) => no(message),
        Err(problem) => Err(problem),
    }
}
