//! `POST` and `DELETE /api/person/{person}`: somebody is changed, in the shape that Tomàtic has for it.

use axum::extract::State;

use super::{
    persons::Persons,
    yaml::{Refusal, Yaml},
};
use crate::{
    http::{auth::May, extract::Path, scope::PeopleWrite, state::App},
    model::{Facts, Person, PersonId},
    people::{PeopleError, tomatic},
};

/// Create or change a person, as Tomàtic does
///
/// Any of `name`, `extension`, `table`, `color`, `email`, `erpuser`, `idealload` (null takes it away) and `groups` (all of
/// them); what is left out stays. Answers with everybody.
#[utoipa::path(
    post, path = "/api/person/{person}", tag = "older names", operation_id = "tomaticPerson",
    security(("token" = ["people:write"])),
    params(("person" = String, Path, description = "The id")),
    request_body(content = String, content_type = "application/x-yaml"),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "Everybody"))
)]
pub(super) async fn edit(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Yaml(fields): Yaml<Facts>,
) -> Result<Yaml<Persons>, Refusal> {
    let id = PersonId::parse(&id).map_err(Refusal::Refused)?;
    let people = app.rooms.people.clone();
    let work = async move {
        let edited = people.put_with(|known| {
            let mut person = known.get(&id).cloned().unwrap_or_else(|| Person::new(id));
            tomatic::persons::edit(&mut person, &fields)
                .map_err(|why| PeopleError::Field { field: "person".to_owned(), why })?;
            Ok(vec![person])
        });
        Ok(edited.await)
    };
    app.work.to_the_end(work).await?.map_err(refused)?;
    Ok(Persons::of(&app.rooms.people))
}

/// Delete a person, as Tomàtic does
///
/// With their absences. Answers with everybody else.
#[utoipa::path(
    delete, path = "/api/person/{person}", tag = "older names", operation_id = "tomaticPersonDelete",
    security(("token" = ["people:write"])),
    params(("person" = String, Path, description = "The id")),
    responses((status = 200, body = String, content_type = "application/x-yaml", description = "Everybody else"))
)]
pub(super) async fn delete(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Yaml<Persons>, Refusal> {
    let id = PersonId::parse(&id).map_err(Refusal::Refused)?;
    let people = app.rooms.people.clone();
    app.work.to_the_end(async move { Ok(people.delete(&id).await) }).await?.map_err(refused)?;
    Ok(Persons::of(&app.rooms.people))
}

/// What a person's content is to blame for is told in the old shape.
pub(super) fn refused(error: PeopleError) -> Refusal {
    match error {
        PeopleError::Storage(error) => error.into(),
        other => Refusal::Refused(other.to_string()),
    }
}
