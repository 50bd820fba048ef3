//! `PUT /v1/persons/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::view::{PersonBody, PersonView};
use crate::{
    http::{
        auth::May,
        extract::{Json, Path},
        problem::{Problem, ProblemView},
        scope::PeopleWrite,
        state::App,
    },
    people::PeopleError,
};

/// Create or change a person
///
/// In the place of what was there: what is left out is taken away. May be repeated. An extension is one person's only.
#[utoipa::path(
    put, path = "/v1/persons/{id}", tag = "people", operation_id = "putPerson",
    security(("token" = ["people:write"])),
    params(("id" = String, Path, description = "1 to 40 of a-z 0-9 . _ - beginning with a letter")),
    request_body = PersonBody,
    responses(
        (status = 201, body = PersonView, description = "They were not known and are stored"),
        (status = 200, body = PersonView, description = "They are stored"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "The extension or the interface is somebody else's (`taken`); `detail` says whose"),
    )
)]
pub(super) async fn put(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<PersonBody>,
) -> Result<Response, Problem> {
    let id = super::id("id", &id)?;
    let person = body.person(id.clone());
    let people = app.rooms.people.clone();
    let mut is_new = false;
    let put = async move {
        people
            .put_with(|known| {
                is_new = !known.contains_key(&person.id);
                Ok(vec![person])
            })
            .await?;
        let stored = people.get(&id).ok_or(PeopleError::NoPerson(id))?;
        Ok((is_new, PersonView::from(&stored)))
    };
    let (is_new, view) = app.work.to_the_end(put).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(view)).into_response())
}
