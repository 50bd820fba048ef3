//! `POST /v1/queues/{queue}/members/{member}/resume`

use axum::extract::State;

use super::view::MemberView;
use crate::{
    http::{
        auth::May,
        extract::{Json, Path},
        problem::{Problem, ProblemView},
        scope::QueuesWrite,
        state::App,
    },
    model::MemberChange,
};

/// Resume a member
///
/// They are rung again.
#[utoipa::path(
    post, path = "/v1/queues/{queue}/members/{member}/resume", tag = "queues", operation_id = "resumeQueueMember",
    security(("token" = ["queues:write"])),
    params(
        ("queue" = String, Path, description = "Its name in queues.conf"),
        ("member" = String, Path, description = "Interface (`PJSIP%2F201`), name or extension"),
    ),
    responses(
        (status = 200, body = MemberView, description = "They are not paused"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "The manager connection is away (`unavailable`)"),
    )
)]
pub(super) async fn resume(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path((queue, member)): Path<(String, String)>,
) -> Result<Json<MemberView>, Problem> {
    super::change(&app, queue, &member, MemberChange::Resume, &who.token.name).await.map(Json)
}
