//! `POST /v1/queues/{queue}/waiting/{channel}/withdraw`

use axum::{extract::State, http::StatusCode};

use crate::http::{
    auth::May,
    extract::Path,
    problem::{Problem, ProblemView},
    scope::QueuesWrite,
    state::App,
};

/// Withdraw a waiting caller
///
/// They leave the queue and go on in the dialplan behind `Queue()`, where `QUEUESTATUS` is `WITHDRAW`.
#[utoipa::path(
    post, path = "/v1/queues/{queue}/waiting/{channel}/withdraw", tag = "queues",
    operation_id = "withdrawQueueCaller",
    security(("token" = ["queues:write"])),
    params(
        ("queue" = String, Path, description = "Its name in queues.conf"),
        ("channel" = String, Path, description = "The caller's `channel`"),
    ),
    responses(
        (status = 204, description = "They no longer wait there"),
        (status = 404, body = ProblemView, content_type = "application/problem+json",
            description = "They do not wait there (`not_found`)"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "The manager connection is away (`unavailable`)"),
    )
)]
pub(super) async fn withdraw(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path((queue, channel)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (own, by) = (App::clone(&app), who.token.name.clone());
    let work = async move {
        own.rooms.queues.withdraw(&queue, &channel, &by).await?;
        tracing::info!(queue, channel, token = by, "a caller was withdrawn by the API");
        Ok(StatusCode::NO_CONTENT)
    };
    app.work.to_the_end(work).await
}
