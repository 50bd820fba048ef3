//! `DELETE /v1/persons/{id}`

use axum::{extract::State, http::StatusCode};

use crate::http::{auth::May, extract::Path, problem::Problem, scope::PeopleWrite, state::App};

/// Delete a person
///
/// With their absences. Timetables keep the name where it stands. Who has the role `admin` is not deleted (409, `taken`).
/// May be repeated.
#[utoipa::path(
    delete, path = "/v1/persons/{id}", tag = "people", operation_id = "deletePerson",
    security(("token" = ["people:write"])),
    params(("id" = String, Path, description = "Their id")),
    responses((status = 204, description = "They are not there"))
)]
pub(super) async fn delete(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (id, people) = (super::id("id", &id)?, app.rooms.people.clone());
    app.work.to_the_end(async move { Ok(people.delete(&id).await?) }).await?;
    Ok(StatusCode::NO_CONTENT)
}
