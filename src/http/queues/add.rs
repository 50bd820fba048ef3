//! `POST /v1/queues/{queue}/members`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MemberView;
use crate::{
    http::{
        auth::May,
        code::Code,
        extract::{Json, Path},
        problem::{Problem, ProblemView},
        scope::QueuesWrite,
        state::App,
    },
    model::{MemberChange, QueueAction},
};

/// Who becomes a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewMember {
    /// What is rung.
    #[schema(example = "PJSIP/201")]
    interface: String,
    /// The name shown; the interface if it is left out.
    name: Option<String>,
    /// Lower ones are rung first.
    #[serde(default)]
    penalty: u32,
    /// Paused from the start.
    #[serde(default)]
    paused: bool,
    /// Why they are paused.
    reason: Option<String>,
}

/// Add a member
///
/// As a dynamic member, who is gone again when removed; Asterisk keeps them over a restart if `persistentmembers` is
/// set in queues.conf.
#[utoipa::path(
    post, path = "/v1/queues/{queue}/members", tag = "queues", operation_id = "addQueueMember",
    security(("token" = ["queues:write"])),
    params(("queue" = String, Path, description = "Its name in queues.conf")),
    request_body = NewMember,
    responses(
        (status = 201, body = MemberView, description = "They are a member"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "They are one already, or Asterisk does not take them (`queue_refused`)"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "The manager connection is away (`unavailable`)"),
    )
)]
pub(super) async fn add(
    who: May<QueuesWrite>,
    State(app): State<App>,
    Path(queue): Path<String>,
    Json(body): Json<NewMember>,
) -> Result<(StatusCode, Json<MemberView>), Problem> {
    super::check_penalty(body.penalty)?;
    let interface = body.interface;
    let name = super::text("name", body.name)?;
    let name = if name.is_empty() { interface.clone() } else { name };
    let reason = super::text("reason", body.reason)?;
    let paused = body.paused.then_some(reason);
    let change = MemberChange::Add { name, penalty: body.penalty, paused };
    let member = super::act(&app, QueueAction { queue, interface, change }, &who.token.name).await?;
    let late = || Problem::new(Code::Timeout, "Asterisk has taken it, and has not told so yet: look again");
    Ok((StatusCode::CREATED, Json(member.ok_or_else(late)?)))
}
