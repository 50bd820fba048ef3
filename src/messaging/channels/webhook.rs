//! A channel over HTTP: the template's JSON is posted to a chat's address.

use std::{sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Sending;
use crate::{
    config::{ChannelConfig, Method},
    messaging::templates::Templates,
    model::{Message, Person},
    web::{Answer, Guarded, WebError, wished},
};

/// The longest that a receiver may put a message off by `Retry-After`.
const LONGEST_WISH: SignedDuration = SignedDuration::from_hours(1);

pub(super) struct Webhook {
    name: String,
    client: Guarded,
    url: String,
    method: &'static str,
    headers: Vec<(String, String)>,
    templates: Arc<Templates>,
    timeout: Duration,
}

impl Webhook {
    pub(super) fn new(
        name: &str,
        config: &ChannelConfig,
        client: Guarded,
        templates: Arc<Templates>,
        timeout: Duration,
    ) -> Self {
        let headers = config.headers.iter().map(|(name, value)| (name.clone(), value.expose().to_owned()));
        let token = config.token.as_ref();
        let token = token.map(|token| ("authorization".to_owned(), format!("Bearer {}", token.expose())));
        Self {
            name: name.to_owned(),
            client,
            url: config.url.as_ref().map(|url| url.expose().to_owned()).unwrap_or_default(),
            method: match config.method.unwrap_or_default() {
                Method::Post => "POST",
                Method::Put => "PUT",
            },
            headers: headers.chain(token).collect(),
            templates,
            timeout,
        }
    }

    /// Each try is the same request, with the same idempotency key: a receiver that knows it takes it once.
    pub(super) async fn send(&self, message: &Message, to: Option<&Person>, now: Timestamp) -> Sending {
        let body = match self.templates.fill_body(&self.name, &values(message, to)) {
            Ok(body) => body,
            Err(what) => return Sending::Never(format!("messaging.channels.{}.body: {what}", self.name)),
        };
        let id = message.id.to_string();
        let url = self.url.replace("{id}", &id);
        let mut headers = vec![("idempotency-key", id.as_str())];
        headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        match self.client.send(self.method, &url, &headers, body, self.timeout).await {
            Ok(answer) => judge(&answer, now),
            Err(WebError::Request(why)) => Sending::Never(why),
            Err(error @ WebError::Private(_)) => {
                Sending::Later { why: format!("{error}, or the channel's own"), wish: None }
            }
            Err(error) => Sending::Later { why: error.to_string(), wish: None },
        }
    }
}

fn values(message: &Message, to: Option<&Person>) -> Value {
    let to = to.map(|person| {
        json!({
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "account": person.account,
            "extension": person.extension,
            "phone": person.phone,
        })
    });
    json!({ "text": message.text, "kind": message.kind, "id": message.id, "at": message.created_at, "to": to })
}

/// What the answer means. An address that is wrong stays wrong; who is busy, or cannot now, can later.
fn judge(answer: &Answer, now: Timestamp) -> Sending {
    let why = format!("the answer was {}", answer.status);
    match answer.status {
        200..=299 => Sending::Sent(None),
        408 | 425 | 429 | 500.. => Sending::Later { why, wish: wish(answer, now) },
        _ => Sending::Never(why),
    }
}

fn wish(answer: &Answer, now: Timestamp) -> Option<SignedDuration> {
    Some(wished(answer.retry_after.as_deref()?, now)?.min(LONGEST_WISH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers() {
        let now = Timestamp::from_second(1_790_000_000).unwrap();
        let judged = |status, retry_after: Option<&str>| {
            judge(&Answer { status, retry_after: retry_after.map(str::to_owned) }, now)
        };
        assert_eq!(judged(204, None), Sending::Sent(None));
        for status in [301, 400, 401, 403, 404, 410, 413, 422] {
            assert!(matches!(judged(status, None), Sending::Never(_)), "{status}");
        }
        for status in [408, 429, 500, 502, 503] {
            assert!(matches!(judged(status, None), Sending::Later { wish: None, .. }), "{status}");
        }
        let wish = |text| match judged(429, Some(text)) {
            Sending::Later { wish, .. } => wish.map(|wish| wish.as_secs()),
            other => panic!("{other:?}"),
        };
        assert_eq!((wish("7"), wish("999999"), wish("soon")), (Some(7), Some(3_600), None));
        assert_eq!(wish("Sun, 06 Nov 1994 08:49:37 GMT"), Some(0));
    }
}
