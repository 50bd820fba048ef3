//! `POST /v1/calls/{id}/transfer`

use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    calls::HandOn,
    config::{TransferMethod, TransferPlace, is_dialplan_word, is_sip_uri},
    http::{
        auth::May,
        extract::{Json, Path},
        problem::{Problem, ProblemView},
        scope::CallsWrite,
        state::App,
    },
};

/// How long a REFER may take to be followed.
const REFER_SECS: u32 = 20;

/// To whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferBody {
    to: TransferTo,
}

/// `"operator"`, `"gateway"` (by the ways of the call's gateway), a place of the dialplan, or an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
enum TransferTo {
    /// `operator` or `gateway`.
    #[schema(example = "operator")]
    Word(String),
    Place(PlaceBody),
    Refer(ReferBody),
}

/// A place of the dialplan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PlaceBody {
    #[schema(example = "internal")]
    context: String,
    /// `s` if not given.
    #[schema(example = "101")]
    extension: Option<String>,
}

/// An address that the far end is asked by SIP REFER to call.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReferBody {
    #[schema(example = "sip:queue@carrier.example")]
    refer: String,
}

/// Hand a call on
///
/// What the call does stops. Each way that is tried is told by an event `call.transfer` with its outcome; if
/// none works, the call goes on at its step.
#[utoipa::path(
    post, path = "/v1/calls/{id}/transfer", tag = "calls", operation_id = "transferCall",
    security(("token" = ["calls:write"])),
    params(("id" = uuid::Uuid, Path, description = "The call's id")),
    request_body = TransferBody,
    responses(
        (status = 202, description = "It is being handed on"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "It is over (`call_not_live`), or not answered yet by whom we called (`call_refused`)"),
    )
)]
pub(super) async fn transfer(
    who: May<CallsWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<TransferBody>,
) -> Result<StatusCode, Problem> {
    let id = super::id(&id)?;
    let to = body.to.read()?;
    super::live(&app, id).await?;
    app.control().transfer(id, to).await?;
    tracing::info!(call = %id, token = who.token.name, "handed on by the API");
    Ok(StatusCode::ACCEPTED)
}

impl TransferTo {
    fn read(self) -> Result<HandOn, Problem> {
        let method = match self {
            Self::Word(word) if word == "operator" => TransferMethod::Continue(None),
            Self::Word(word) if word == "gateway" => return Ok(HandOn::Gateway),
            Self::Word(_) => {
                return Err(Problem::field("to", "write \"operator\", \"gateway\", a context or an address"));
            }
            Self::Place(PlaceBody { context, extension }) => {
                let extension = extension.unwrap_or_else(|| "s".to_owned());
                for (field, word) in [("to.context", &context), ("to.extension", &extension)] {
                    if !is_dialplan_word(word) {
                        return Err(Problem::field(field, "1 to 80 of A-Z a-z 0-9 _ - + * # ."));
                    }
                }
                TransferMethod::Continue(Some(TransferPlace { context, extension, priority: 1 }))
            }
            Self::Refer(ReferBody { refer }) if is_sip_uri(&refer) => {
                TransferMethod::Refer { to: refer, timeout_secs: REFER_SECS }
            }
            Self::Refer(_) => {
                return Err(Problem::field("to.refer", "an address is written as sip:queue@carrier.example"));
            }
        };
        Ok(HandOn::Way(method))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<HandOn, Option<String>> {
        let body: TransferBody = serde_json::from_str(text).map_err(|_| None)?;
        body.to.read().map_err(|problem| problem.field_path().map(str::to_owned))
    }

    #[test]
    fn to_whom() {
        assert_eq!(read(r#"{"to":"gateway"}"#), Ok(HandOn::Gateway));
        assert_eq!(read(r#"{"to":"operator"}"#), Ok(HandOn::Way(TransferMethod::Continue(None))));
        let place = TransferPlace { context: "in".to_owned(), extension: "101".to_owned(), priority: 1 };
        let way = HandOn::Way(TransferMethod::Continue(Some(place)));
        assert_eq!(read(r#"{"to":{"context":"in","extension":"101"}}"#), Ok(way));
        for (text, field) in [
            (r#"{"to":"PJSIP/101"}"#, Some("to")),
            (r#"{"to":{"context":"a,b"}}"#, Some("to.context")),
            (r#"{"to":{"context":"a","extension":"1&2"}}"#, Some("to.extension")),
            (r#"{"to":{"refer":"sip:a@b,30"}}"#, Some("to.refer")),
            (r#"{"to":{"refer":"sip:a@b","context":"x"}}"#, None),
            (r#"{"to":5}"#, None),
        ] {
            assert_eq!(read(text), Err(field.map(str::to_owned)), "{text}");
        }
    }
}
