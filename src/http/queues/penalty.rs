//! `POST /v1/queues/{queue}/members/{member}/penalty`

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

/// A member's rank.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = QueuePenalty)]
#[serde(deny_unknown_fields)]
pub(super) struct Penalty {
    /// Lower ones are rung first.
    #[schema(example = 1)]
    penalty: u32,
}

/// Give a member another penalty
#[utoipa::path(
    post, path = "/v1/queues/{queue}/members/{member}/penalty", tag = "queues",
    operation_id = "setQueueMemberPenalty",
    security(("token" = ["queues:write"])),
    params(
        ("queue" = String, Path, description = "Its name in queues.conf"),
        ("member" = String, Path, description = "Interface (`PJSIP%2F201`), name or extension"),
    ),
    request_body = Penalty,
    responses(
        (status = 200, body = MemberView, description = "They have it"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "The manager connection is away (`unavailable`)"),
    )
)]
pub(super) async fn penalty(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path((queue, member)): Path<(String, String)>,
    Json(body): Json<Penalty>,
) -> Result<Json<MemberView>, Problem> {
    super::check_penalty(body.penalty)?;
    let change = MemberChange::Penalty(body.penalty);
    super::change(&app, queue, &member, change, &who.token.name).await.map(Json)
}
