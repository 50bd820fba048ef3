//! `POST /api/tomatic/says`: something is said in the team's room, in the shape that Tomàtic has for it.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::{
        auth::May,
        clock,
        code::Code,
        extract::{Json, Text},
        problem::{Problem, ProblemView},
        scope::MessagesWrite,
        state::App,
    },
    messaging::Says,
};

/// What is said.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SaysPost)]
struct SaysBody {
    /// Markdown.
    message: String,
}

/// The answer that Tomàtic gives.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SaysAnswer)]
pub(super) struct Answer {
    /// `ok`.
    result: &'static str,
}

/// Say something to the team (older shape)
///
/// `{"message": ".."}` as JSON or YAML. The same as `POST /v1/messages` to the team's channel; where the team has none,
/// it is refused.
#[utoipa::path(
    post, path = "/api/tomatic/says", tag = "older names", operation_id = "tomaticSays",
    security(("token" = ["messages:write"])),
    request_body(content = SaysBody, content_type = "application/json"),
    responses(
        (status = 200, body = Answer, description = "It is on disk, and will be sent"),
        (status = 404, body = ProblemView, content_type = "application/problem+json",
            description = "The team has no channel (`not_found`)"),
    )
)]
pub(super) async fn says(
    who: May<MessagesWrite>,
    State(app): State<App>,
    Text(body): Text,
) -> Result<Json<Answer>, Problem> {
    let says = Says { text: read(&body)?, by: who.token.name.clone(), ..Says::default() };
    let messaging = app.rooms.messaging.clone();
    app.work.to_the_end(async move { Ok(messaging.say(says, clock::now()).await?) }).await?;
    Ok(Json(Answer { result: "ok" }))
}

/// JSON is YAML too, but not all that is sent as JSON is read as YAML.
fn read(body: &str) -> Result<String, Problem> {
    if body.len() > 64 * 1024 {
        return Err(Problem::new(Code::BodyTooLarge, "a message has at most 64 KiB"));
    }
    let read = serde_json::from_str::<SaysBody>(body).ok();
    let read = read.or_else(|| serde_saphyr::from_str(body).ok());
    let mend = "send {\"message\": \"..\"}, as JSON or YAML";
    read.map(|body| body.message).ok_or_else(|| Problem::field("message", mend))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml() {
        assert_eq!(read(r#"{"message": "Hola\n*món*"}"#).unwrap(), "Hola\n*món*");
        assert_eq!(read("message: Hola món\n").unwrap(), "Hola món");
        assert_eq!(read("message: |\n  a\n  b\n").unwrap(), "a\nb\n");
        for bad in ["", "text: x", "[1]", "message: [a]", "{\"message\": null}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
