//! `POST /v1/queues/{queue}/waiting/{channel}/move`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::{Problem, ProblemView},
    scope::QueuesWrite,
    state::App,
};

/// Where a caller is to stand.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = QueuePlace)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    /// The first is 1; more than there are is the last.
    #[schema(example = 1)]
    position: u32,
}

/// Move a waiting caller
///
/// Asterisk orders callers by priorities: those in front may be given a higher one for it, so that they stay in front.
#[utoipa::path(
    post, path = "/v1/queues/{queue}/waiting/{channel}/move", tag = "queues", operation_id = "moveQueueCaller",
    security(("token" = ["queues:write"])),
    params(
        ("queue" = String, Path, description = "Its name in queues.conf"),
        ("channel" = String, Path, description = "The caller's `channel`"),
    ),
    request_body = Place,
    responses(
        (status = 204, description = "They stand there"),
        (status = 404, body = ProblemView, content_type = "application/problem+json",
            description = "They do not wait there (`not_found`)"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "The manager connection is away (`unavailable`)"),
    )
)]
pub(super) async fn place(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path((queue, channel)): Path<(String, String)>,
    Json(body): Json<Place>,
) -> Result<StatusCode, Problem> {
    if body.position == 0 {
        return Err(Problem::field("position", "the first is 1"));
    }
    let (own, by) = (App::clone(&app), who.token.name.clone());
    let work = async move {
        own.rooms.queues.move_up(&queue, &channel, body.position, &by).await?;
        tracing::info!(queue, channel, position = body.position, token = by, "a caller was moved by the API");
        Ok(StatusCode::NO_CONTENT)
    };
    app.work.to_the_end(work).await
}
