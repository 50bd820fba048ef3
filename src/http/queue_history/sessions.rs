//! `GET /v1/queues/{queue}/sessions`

use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{SessionView, Sessions};
use crate::http::{
    auth::May,
    clock,
    extract::{Json, Path, Query},
    problem::Problem,
    scope::QueuesRead,
    state::App,
};

/// Longest time that is looked at.
const LONGEST_HOURS: i64 = 24 * 92;

/// Of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionsQuery {
    /// From this time (RFC 3339) on; 24 hours ago, if not given.
    from: Option<Timestamp>,
    /// Before this time; now, if not given. At most 92 days later.
    to: Option<Timestamp>,
}

/// List members' sessions
///
/// From when to when each one was a member, and was paused, why, and who began and ended it.
#[utoipa::path(
    get, path = "/v1/queues/{queue}/sessions", tag = "queues", operation_id = "listQueueSessions",
    security(("token" = ["queues:read"])),
    params(("queue" = String, Path, description = "The queue"), SessionsQuery),
    responses((status = 200, body = Sessions, description = "In the order of their ends; the open ones last"))
)]
pub(super) async fn sessions(
    _: May<QueuesRead>,
    State(app): State<App>,
    Path(queue): Path<String>,
    Query(query): Query<SessionsQuery>,
) -> Result<Json<Sessions>, Problem> {
    let to = query.to.unwrap_or_else(clock::now);
    let from = query.from.unwrap_or_else(|| to.checked_sub(SignedDuration::from_hours(24)).unwrap_or(to));
    if to < from || to.duration_since(from).as_hours() > LONGEST_HOURS {
        return Err(Problem::field("to", "after from, and at most 92 days"));
    }
    let found = app.rooms.statistics.sessions(&queue, from, to).await?;
    Ok(Json(Sessions { items: found.into_iter().map(SessionView::from).collect() }))
}
