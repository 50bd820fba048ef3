//! `POST /v1/calls/{id}/say`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::{Problem, ProblemView},
    scope::CallsWrite,
    state::App,
};

/// Characters of a text at most: about two minutes of speech.
const LONGEST_TEXT: usize = 2_000;

/// What to say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SayBody {
    /// 1 to 2,000 characters.
    #[schema(example = "Your driver is at the door.", max_length = 2000)]
    text: String,
    /// BCP 47 (`en`); the call's own language if not given.
    #[schema(example = "en")]
    language: Option<String>,
}

/// Speak into a call
#[utoipa::path(
    post, path = "/v1/calls/{id}/say", tag = "calls", operation_id = "sayIntoCall",
    security(("token" = ["calls:write"])),
    params(("id" = uuid::Uuid, Path, description = "The call's id")),
    request_body = SayBody,
    responses(
        (status = 202, description = "It is being said"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "It is over (`call_not_live`), or cannot be spoken into now (`call_refused`)"),
    )
)]
pub(super) async fn say(
    _: May<CallsWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<SayBody>,
) -> Result<StatusCode, Problem> {
    let id = super::id(&id)?;
    let text = text(&body.text)?;
    let language = body.language.map(language).transpose()?;
    super::live(&app, id).await?;
    app.control().say(id, text, language).await?;
    Ok(StatusCode::ACCEPTED)
}

/// One line of text: control characters are not spoken.
fn text(text: &str) -> Result<String, Problem> {
    let spoken = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    let text = spoken.collect::<Vec<_>>().join(" ");
    if text.is_empty() || text.chars().count() > LONGEST_TEXT {
        return Err(Problem::field("text", format!("a text has 1 to {LONGEST_TEXT} characters")));
    }
    Ok(text)
}

fn language(tag: String) -> Result<String, Problem> {
    let fits = (2..=16).contains(&tag.len())
        && tag.starts_with(|c: char| c.is_ascii_alphabetic())
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    fits.then_some(tag)
        .ok_or_else(|| Problem::field("language", "a language is a tag such as \"en\" or \"en-GB\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_one_line() {
        assert_eq!(text(" a\r\n b\u{0}c\u{1b}[2J ").unwrap(), "a b c [2J");
        assert!(text(" \n\u{7f} ").is_err());
        assert!(text(&"é".repeat(2_000)).is_ok());
        assert!(text(&"é".repeat(2_001)).is_err());
    }

    #[test]
    fn languages_are_tags() {
        assert!(language("en-GB".to_owned()).is_ok());
        for bad in ["", "e", "-v", "en us", "en;x", "../x", "a-very-long-language"] {
            assert!(language(bad.to_owned()).is_err(), "{bad}");
        }
    }
}
