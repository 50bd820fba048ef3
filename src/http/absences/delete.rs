//! `DELETE /v1/absences/{id}`

use axum::{extract::State, http::StatusCode};

use crate::http::{
    auth::May,
    extract::Path,
    problem::{Problem, ProblemView},
    scope::PeopleWrite,
    state::App,
};

/// Delete an absence
///
/// May be repeated.
#[utoipa::path(
    delete, path = "/v1/absences/{id}", tag = "people", operation_id = "deleteAbsence",
    security(("token" = ["people:write"])),
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 204, description = "It is not there"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "It came from a feed (`taken`), which would bring it back"),
    )
)]
pub(super) async fn delete(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let (id, people) = (super::id(&id)?, app.rooms.people.clone());
    app.work.to_the_end(async move { Ok(people.delete_absence(id).await?) }).await?;
    Ok(StatusCode::NO_CONTENT)
}
