//! `GET /v1/absences/feeds`

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::{auth::May, extract::Json, scope::PeopleRead, state::App};

/// How a feed of absences stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AbsenceFeed)]
pub(super) struct FeedView {
    #[schema(example = "leave")]
    name: String,
    /// When it was last read well; `null`: not since the start.
    read_at: Option<Timestamp>,
    /// Absences in it then.
    absences: usize,
    /// Rows of it that are left out, and why: persons who are not known, days that cannot be.
    left_out: Vec<String>,
    /// Why it cannot be read now; what was read before still holds.
    problem: Option<String>,
}

/// The feeds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Feeds {
    items: Vec<FeedView>,
}

/// List the feeds of absences
#[utoipa::path(
    get, path = "/v1/absences/feeds", tag = "people", operation_id = "listAbsenceFeeds",
    security(("token" = ["people:read"])),
    responses((status = 200, body = Feeds, description = "The feeds of the configuration"))
)]
pub(super) async fn feeds(_: May<PeopleRead>, State(app): State<App>) -> Json<Feeds> {
    let view = |(name, state): (String, crate::people::FeedState)| FeedView {
        name,
        read_at: state.read_at,
        absences: state.absences,
        left_out: state.left_out,
        problem: state.problem,
    };
    Json(Feeds { items: app.rooms.absence_feeds.states().into_iter().map(view).collect() })
}
