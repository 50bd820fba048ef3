//! `POST /v1/messages`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::MessageView;
use crate::{
    http::{
        auth::May,
        call_orders, clock,
        extract::Json,
        problem::{Problem, ProblemView},
        scope::MessagesWrite,
        state::App,
    },
    messaging::Says,
};

/// What is said, and to whom.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = MessagePost)]
#[serde(deny_unknown_fields)]
pub(super) struct SayBody {
    /// A channel's name or a person's id; where both have it, `channel:NAME` or `person:ID`. Without it, the team.
    #[serde(default)]
    #[schema(example = "anna")]
    to: Option<String>,
    /// 1 to 4,000 characters; Markdown, as far as the channel shows it.
    #[schema(example = "**Pizza** in the kitchen!", max_length = 4000)]
    text: String,
    /// When (RFC 3339), at most a year from now; without it, now.
    #[serde(default)]
    at: Option<Timestamp>,
}

/// Say something to a channel or a person
///
/// Answered when it is on disk; from then on it is sent, or its failure is known (`message.sent`, `message.failed`). In
/// quiet hours it waits for their end. With a key (`Idempotency-Key`) the request may be repeated without being said twice.
#[utoipa::path(
    post, path = "/v1/messages", tag = "messages", operation_id = "sayMessage",
    security(("token" = ["messages:write"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The sender's own key of this request")),
    request_body = SayBody,
    responses(
        (status = 201, body = MessageView, description = "It will be sent",
            headers(("Location" = String, description = "Where to follow it"))),
        (status = 200, body = MessageView, description = "It was said before with the same key: as it is now",
            headers(("Location" = String, description = "Where to follow it"))),
        (status = 404, body = ProblemView, content_type = "application/problem+json",
            description = "The team has no channel (`not_found`)"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "The key was used for another message (`idempotency_conflict`)"),
        (status = 422, body = ProblemView, content_type = "application/problem+json",
            description = "Nobody is reached by it; `field` names what is wrong (`invalid_field`)"),
    )
)]
pub(super) async fn say(
    who: May<MessagesWrite>,
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<SayBody>,
) -> Result<Response, Problem> {
    let idempotency_key = call_orders::key(&headers)?;
    let by = who.token.name.clone();
    let says = Says { to: body.to, text: body.text, at: body.at, by, idempotency_key };
    let messaging = app.rooms.messaging.clone();
    let said = app.work.to_the_end(async move { Ok(messaging.say(says, clock::now()).await?) }).await?;
    tracing::info!(message_id = %said.message.id, token = who.token.name, is_new = said.is_new, "said by the API");
    let status = if said.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = [(header::LOCATION, format!("/v1/messages/{}", said.message.id))];
    Ok((status, location, Json(MessageView::from(said.message))).into_response())
}
