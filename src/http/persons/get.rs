//! `GET /v1/persons/{id}`

use axum::extract::State;

use super::view::PersonView;
use crate::{
    http::{
        auth::May,
        extract::{Json, Path},
        problem::Problem,
        scope::PeopleRead,
        state::App,
    },
    people::PeopleError,
};

/// Show a person
#[utoipa::path(
    get, path = "/v1/persons/{id}", tag = "people", operation_id = "getPerson",
    security(("token" = ["people:read"])),
    params(("id" = String, Path, description = "Their id")),
    responses((status = 200, body = PersonView, description = "The person"))
)]
pub(super) async fn get(
    _: May<PeopleRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<PersonView>, Problem> {
    let id = super::id("id", &id)?;
    let all = app.rooms.people.all();
    let person = all.get(&id).ok_or(PeopleError::NoPerson(id))?;
    Ok(Json(person.into()))
}
