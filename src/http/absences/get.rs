//! `GET /v1/absences/{id}`

use axum::extract::State;

use super::view::AbsenceView;
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

/// Show an absence
#[utoipa::path(
    get, path = "/v1/absences/{id}", tag = "people", operation_id = "getAbsence",
    security(("token" = ["people:read"])),
    params(("id" = String, Path, description = "Its id")),
    responses((status = 200, body = AbsenceView, description = "The absence"))
)]
pub(super) async fn get(
    _: May<PeopleRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<AbsenceView>, Problem> {
    let id = super::id(&id)?;
    let absence = app.store().absence(id).await?.ok_or(PeopleError::NoAbsence(id))?;
    Ok(Json(absence.into()))
}
