//! `GET /api/busy/download/{weekly,oneshot}`: Tomàtic's files of busy lines.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use crate::{
    http::{auth::May, problem::Problem, scope::PeopleRead, state::App},
    people::tomatic::busy,
    storage::AbsenceQuery,
};

/// Everybody's weekly busy lines
///
/// As `indisponibilitats.conf`: `+anna dl 0110 # reason`. Of persons' own absences; groups' and everybody's are not in it.
#[utoipa::path(
    get, path = "/api/busy/download/weekly", tag = "older names", operation_id = "tomaticBusyWeekly",
    security(("token" = ["people:read"])),
    responses((status = 200, body = String, content_type = "text/plain", description = "The lines"))
)]
pub(super) async fn weekly(_: May<PeopleRead>, State(app): State<App>) -> Result<Response, Problem> {
    Ok(text(files(&app).await?.0))
}

/// Everybody's busy lines on days
///
/// As `oneshot.conf`: `+anna 2026-11-23 0110 # reason`.
#[utoipa::path(
    get, path = "/api/busy/download/oneshot", tag = "older names", operation_id = "tomaticBusyOneshot",
    security(("token" = ["people:read"])),
    responses((status = 200, body = String, content_type = "text/plain", description = "The lines"))
)]
pub(super) async fn oneshot(_: May<PeopleRead>, State(app): State<App>) -> Result<Response, Problem> {
    Ok(text(files(&app).await?.1))
}

async fn files(app: &App) -> Result<(String, String), Problem> {
    let query = AbsenceQuery { own: true, ..AbsenceQuery::default() };
    Ok(busy::files(&app.store().all_absences(&query).await?))
}

fn text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
