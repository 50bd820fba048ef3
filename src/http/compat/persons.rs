//! `GET /api/persons`: everybody, in the shape that Tomàtic has for them.

use axum::extract::State;
use serde::Serialize;

use super::yaml::Yaml;
use crate::{
    http::{auth::May, scope::PeopleRead, state::App},
    people::{People, tomatic::persons::PersonsFile},
};

/// Eight maps by person.
#[derive(Serialize)]
pub(super) struct Persons {
    persons: PersonsFile,
}

impl Persons {
    pub(super) fn of(people: &People) -> Yaml<Self> {
        Yaml(Self { persons: PersonsFile::of(people.all().iter()) })
    }
}

/// Everybody, as Tomàtic tells them
///
/// `persons`: `names`, `extensions`, `tables`, `colors`, `emails`, `groups`, `erpusers`, `idealloads`.
#[utoipa::path(
    get, path = "/api/persons", tag = "older names", operation_id = "tomaticPersons",
    security(("token" = ["people:read"])),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "Everybody"))
)]
pub(super) async fn persons(_: May<PeopleRead>, State(app): State<App>) -> Yaml<Persons> {
    Persons::of(&app.rooms.people)
}
