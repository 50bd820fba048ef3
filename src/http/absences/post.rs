//! `POST /v1/absences`

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use uuid::Uuid;

use super::view::{AbsenceBody, AbsenceView};
use crate::http::{auth::May, extract::Json, problem::Problem, scope::PeopleWrite, state::App};

/// Write an absence under an id that we make
///
/// Sent twice it is two: send it to `PUT /v1/absences/{id}` to be able to repeat it.
#[utoipa::path(
    post, path = "/v1/absences", tag = "people", operation_id = "postAbsence",
    security(("token" = ["people:write"])),
    request_body = AbsenceBody,
    responses((status = 201, body = AbsenceView, description = "It is stored",
        headers(("Location" = String, description = "Where it is"))))
)]
pub(super) async fn post(
    _: May<PeopleWrite>,
    State(app): State<App>,
    Json(body): Json<AbsenceBody>,
) -> Result<Response, Problem> {
    let absence = body.absence(Uuid::now_v7())?;
    let people = app.rooms.people.clone();
    let (absence, _) = app.work.to_the_end(async move { Ok(people.put_absence(absence).await?) }).await?;
    let location = [(header::LOCATION, format!("/v1/absences/{}", absence.id))];
    Ok((StatusCode::CREATED, location, Json(AbsenceView::from(absence))).into_response())
}
