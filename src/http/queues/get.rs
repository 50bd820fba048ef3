//! `GET /v1/queues/{queue}`

use axum::extract::State;

use super::view::QueueView;
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path},
        problem::{Problem, ProblemView},
        scope::QueuesRead,
        state::App,
    },
    queue::QueueError,
};

/// Show a queue
///
/// While the manager connection is away it is shown as it was last known, and `connected` is false.
#[utoipa::path(
    get, path = "/v1/queues/{queue}", tag = "queues", operation_id = "getQueue",
    security(("token" = ["queues:read"])),
    params(("queue" = String, Path, description = "Its name in queues.conf")),
    responses(
        (status = 200, body = QueueView, description = "The queue"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "The manager connection is away, and the queue was never seen (`unavailable`)"),
    )
)]
pub(super) async fn get(
    _: May<QueuesRead>,
    State(app): State<App>,
    Path(queue): Path<String>,
) -> Result<Json<QueueView>, Problem> {
    let standing = app.rooms.queues.standing();
    match app.rooms.queues.snapshot(&queue) {
        Some(state) => Ok(Json(QueueView::of(&state, &standing, clock::now()))),
        None if standing.connected => Err(QueueError::NoQueue(queue).into()),
        None => Err(QueueError::Away(standing.words).into()),
    }
}
