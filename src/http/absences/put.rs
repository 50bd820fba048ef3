//! `PUT /v1/absences/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::view::{AbsenceBody, AbsenceView};
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::{Problem, ProblemView},
    scope::PeopleWrite,
    state::App,
};

/// Create or change an absence
///
/// In the place of what was there. May be repeated.
#[utoipa::path(
    put, path = "/v1/absences/{id}", tag = "people", operation_id = "putAbsence",
    security(("token" = ["people:write"])),
    params(("id" = String, Path, description = "A UUID of the sender's")),
    request_body = AbsenceBody,
    responses(
        (status = 201, body = AbsenceView, description = "It was not known and is stored"),
        (status = 200, body = AbsenceView, description = "It is stored"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "It came from a feed (`taken`), which would bring it back"),
    )
)]
pub(super) async fn put(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<AbsenceBody>,
) -> Result<Response, Problem> {
    let absence = body.absence(super::id(&id)?)?;
    let people = app.rooms.people.clone();
    let work = async move { Ok(people.put_absence(absence).await?) };
    let (absence, is_new) = app.work.to_the_end(work).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(AbsenceView::from(absence))).into_response())
}
