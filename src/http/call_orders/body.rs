//! What a sender says of a call that is to be made. Pure; what it means is checked where calls are ordered.

use axum::http::HeaderMap;
use serde::Deserialize;
use utoipa::ToSchema;

use super::words::{AmdView, LaneView, RetryView};
use crate::{
    http::problem::Problem,
    model::{Amd, Facts, Lane, RetryRule},
    outbound::CallRequest,
};

/// The header for a request's own key (draft-ietf-httpapi-idempotency-key-header).
const KEY: &str = "idempotency-key";

/// The key in a request's header, if there is one.
pub(in crate::http) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let key = headers.get(KEY).map(|key| key.to_str().map(str::to_owned)).transpose();
    key.map_err(|_| Problem::field("Idempotency-Key", "a key is printable ASCII"))
}

/// A call to make: whom, what is heard (`text`, or `flow`, or a flow that says the text), and how. What is left
/// out is taken from the configuration.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = CallPost)]
#[serde(deny_unknown_fields)]
pub(super) struct CallBody {
    /// Whom: `+34600000001`, or as the configured country writes it, or a short number that a gateway names.
    #[schema(example = "+34600000001")]
    number: String,
    /// What is said: 1 to 4,000 characters. Spoken by the flow `message`, or by `flow` as its variable `text`.
    #[schema(example = "The doctor's appointment is at nine.", max_length = 4000)]
    text: Option<String>,
    /// What the callee hears, by name.
    #[schema(example = "order-notify")]
    flow: Option<String>,
    /// The flow's variables: at most 32 KiB as JSON.
    #[serde(default)]
    #[schema(value_type = Object)]
    facts: Facts,
    /// Language spoken (`en`).
    language: Option<String>,
    /// The gateway to call through; without it, the first that takes the number.
    gateway: Option<String>,
    /// The number shown, one that the gateway may show.
    caller_id: Option<String>,
    /// Whose turn it is when lines are few: `alert`, `callback` (if not given), `campaign`.
    #[serde(default)]
    #[schema(value_type = Option<LaneView>)]
    lane: Lane,
    /// Not before this: RFC 3339, or a time in `time_zone` (`2026-10-25 09:30`, `09:30`, `in 10 min`). A time
    /// that does not exist or exists twice there, because the clocks change, is refused.
    #[schema(example = "2026-12-01T09:00:00+01:00")]
    at: Option<String>,
    /// Not after this, written like `at`. What is not done by then expires.
    not_after: Option<String>,
    /// IANA zone of `at`, `not_after`, the windows and the quiet hours; without it, that of the number's country.
    #[schema(example = "Europe/Madrid")]
    time_zone: Option<String>,
    /// How long it may ring, in seconds: 1 to 300.
    #[schema(minimum = 1, maximum = 300)]
    ring_timeout_secs: Option<u32>,
    /// When to call again; without it, the rule of its lane (`outbound.retry`).
    #[schema(value_type = Option<RetryView>)]
    retry: Option<RetryRule>,
    /// What to do about answering machines; `off`, if not given.
    #[serde(default)]
    #[schema(value_type = Option<AmdView>)]
    amd: Amd,
    /// What it is about (`order:A-1001`), 1 to 160 characters: a newer call order about the same, to the same
    /// number, replaces one that waits.
    subject: Option<String>,
    /// An http or https address that is told how it ended.
    callback_url: Option<String>,
    /// The sender's own key, 1 to 128 characters, here or in the header `Idempotency-Key`: the same key is the same
    /// call order, however often it is sent.
    idempotency_key: Option<String>,
}

impl CallBody {
    /// Takes the key of the header, if there is one.
    pub(super) fn keyed(mut self, headers: &HeaderMap) -> Result<Self, Problem> {
        let Some(key) = key(headers)? else { return Ok(self) };
        if self.idempotency_key.as_ref().is_some_and(|other| *other != key) {
            let what = "the header Idempotency-Key says another; send the key in one place";
            return Err(Problem::field("idempotency_key", what));
        }
        self.idempotency_key = Some(key);
        Ok(self)
    }
}

impl From<CallBody> for CallRequest {
    fn from(body: CallBody) -> Self {
        Self {
            number: body.number,
            flow: body.flow,
            text: body.text,
            facts: body.facts,
            language: body.language,
            gateway: body.gateway,
            caller_id: body.caller_id,
            lane: body.lane,
            at: body.at,
            not_after: body.not_after,
            time_zone: body.time_zone,
            ring_timeout_secs: body.ring_timeout_secs,
            retry: body.retry,
            amd: body.amd,
            subject: body.subject,
            callback_url: body.callback_url,
            idempotency_key: body.idempotency_key,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_in_one_place() {
        let keyed = |header: Option<&str>, field: Option<&str>| {
            let body = CallBody { idempotency_key: field.map(str::to_owned), ..CallBody::default() };
            let headers = header.map(|key| (KEY.parse().unwrap(), key.parse().unwrap()));
            let keyed = body.keyed(&headers.into_iter().collect());
            keyed.map(|body| body.idempotency_key).map_err(|p| p.field_path().map(str::to_owned))
        };
        assert_eq!(keyed(None, None), Ok(None));
        assert_eq!(keyed(Some("a"), None), Ok(Some("a".to_owned())));
        assert_eq!(keyed(Some("a"), Some("a")), Ok(Some("a".to_owned())));
        assert_eq!(keyed(None, Some("a")), Ok(Some("a".to_owned())));
        assert_eq!(keyed(Some("a"), Some("b")), Err(Some("idempotency_key".to_owned())));
    }
}
