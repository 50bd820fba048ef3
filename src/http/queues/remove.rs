//! `DELETE /v1/queues/{queue}/members/{member}`

use axum::{extract::State, http::StatusCode};

use crate::{
    http::{
        auth::May,
        extract::Path,
        problem::{Problem, ProblemView},
        scope::QueuesWrite,
        state::App,
    },
    model::{MemberChange, QueueAction},
};

/// Remove a member
///
/// Dynamic ones only: those of queues.conf can be paused.
#[utoipa::path(
    delete, path = "/v1/queues/{queue}/members/{member}", tag = "queues", operation_id = "removeQueueMember",
    security(("token" = ["queues:write"])),
    params(
        ("queue" = String, Path, description = "Its name in queues.conf"),
        ("member" = String, Path, description = "Interface (`PJSIP%2F201`), name or extension"),
    ),
    responses(
        (status = 204, description = "They are no longer a member"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "They are not dynamic (`queue_refused`)"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "The manager connection is away (`unavailable`)"),
    )
)]
pub(super) async fn remove(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path((queue, member)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let interface = super::interface(&app, &queue, &member)?;
    let action = QueueAction { queue, interface, change: MemberChange::Remove };
    super::act(&app, action, &who.token.name).await?;
    Ok(StatusCode::NO_CONTENT)
}
