//! `POST /v1/queues/{queue}/members/{member}/pause`

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

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

/// Why somebody is paused.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = QueuePause)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    /// The reason, as Asterisk keeps and shows it.
    #[schema(example = "lunch")]
    reason: Option<String>,
}

/// Pause a member
///
/// They stay a member and are not rung. A call that they are in goes on.
#[utoipa::path(
    post, path = "/v1/queues/{queue}/members/{member}/pause", tag = "queues", operation_id = "pauseQueueMember",
    security(("token" = ["queues:write"])),
    params(
        ("queue" = String, Path, description = "Its name in queues.conf"),
        ("member" = String, Path, description = "Interface (`PJSIP%2F201`), name or extension"),
    ),
    request_body = Pause,
    responses(
        (status = 200, body = MemberView, description = "They are paused"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "The manager connection is away (`unavailable`)"),
    )
)]
pub(super) async fn pause(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path((queue, member)): Path<(String, String)>,
    Json(body): Json<Pause>,
) -> Result<Json<MemberView>, Problem> {
    let reason = super::text("reason", body.reason)?;
    super::change(&app, queue, &member, MemberChange::Pause { reason }, &who.token.name).await.map(Json)
}
