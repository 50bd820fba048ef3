//! `POST /v1/absences/check`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::AbsenceView;
use crate::{
    http::{
        auth::May,
        extract::{Json, Text},
        problem::Problem,
        scope::PeopleRead,
        state::App,
    },
    people::lines::{self, Words},
};

/// What busy lines say.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinesChecked {
    /// What is good.
    absences: Vec<AbsenceView>,
    /// What is not.
    faults: Vec<FaultView>,
}

/// What is wrong with a line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LineFault)]
pub(super) struct FaultView {
    /// The first is 1.
    line: usize,
    /// What is wrong, and how to mend it.
    why: String,
}

/// Check busy lines
///
/// Reads a text of lines such as `+anna mon 0110 # Team meeting` (with `+` it must be, without it is a wish) and tells
/// what each says, or what is wrong with it. Nothing is stored.
#[utoipa::path(
    post, path = "/v1/absences/check", tag = "people", operation_id = "checkAbsences",
    security(("token" = ["people:read"])),
    request_body(content = String, content_type = "text/plain"),
    responses((status = 200, body = LinesChecked, description = "What it says"))
)]
pub(super) async fn check(
    _: May<PeopleRead>,
    State(app): State<App>,
    Text(text): Text,
) -> Result<Json<LinesChecked>, Problem> {
    let (good, mut faults) = lines::read(&text, Words::OURS);
    let good = app.rooms.people.known(good, &mut faults);
    let faults = faults.into_iter().map(|fault| FaultView { line: fault.line, why: fault.why });
    Ok(Json(LinesChecked {
        absences: good.into_iter().map(AbsenceView::from).collect(),
        faults: faults.collect(),
    }))
}
