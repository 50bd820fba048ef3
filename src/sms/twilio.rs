//! Twilio's REST interface (`Messages.json` of the version 2010-04-01), and those that are compatible with it.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use url::form_urlencoded::Serializer;

use super::carrier::{self, Carrier, Handed, ShortMessage};
use crate::{
    config::CarrierConfig,
    web::{Asking, Guarded, Reply},
};

/// Where Twilio's interface begins.
const TWILIO: &str = "https://api.twilio.com";
const FORM: &str = "application/x-www-form-urlencoded";
/// Errors that pass by, whatever status they come with: too many requests, too many messages in the sender's queue.
const BUSY: [i64; 2] = [20_429, 21_611];

pub(super) struct Twilio {
    client: Guarded,
    /// Of the account, without the end.
    url: String,
    authorization: String,
    /// `From` or `MessagingServiceSid`, and which.
    sender: (&'static str, String),
    limit: Duration,
}

impl Twilio {
    pub(super) fn new(config: &CarrierConfig, client: Guarded, limit: Duration) -> Self {
        let base = config.url.as_ref().map_or(TWILIO, |url| url.expose()).trim_end_matches('/');
        let account = config.account.as_deref().unwrap_or_default();
        let token = config.token.as_ref().map_or("", |token| token.expose());
        let from = || ("From", config.from.clone().unwrap_or_default());
        Self {
            client,
            url: format!("{base}/2010-04-01/Accounts/{account}"),
            authorization: basic(account, token),
            sender: config.service.clone().map_or_else(from, |service| ("MessagingServiceSid", service)),
            limit,
        }
    }

    async fn ask(&self, method: &str, end: &str, form: Option<&str>) -> Result<Reply, Handed> {
        let asking = Asking {
            method,
            url: &format!("{}{end}", self.url),
            headers: &[("authorization", &self.authorization)],
            body: form.map(|form| (FORM, form)),
            limit: self.limit,
        };
        self.client.ask(asking).await.map_err(Handed::from)
    }
}

impl Carrier for Twilio {
    fn send<'a>(&'a self, message: &'a ShortMessage, now: Timestamp) -> BoxFuture<'a, Handed> {
        Box::pin(async move {
            let form = Serializer::new(String::new())
                .append_pair("To", message.to.as_str())
                .append_pair(self.sender.0, &self.sender.1)
                .append_pair("Body", &message.text.text)
                .finish();
            match self.ask("POST", "/Messages.json", Some(&form)).await {
                Ok(reply) => judge(&reply, now),
                Err(handed) => handed,
            }
        })
    }

    /// Fetches the account (`Accounts/{Sid}.json`).
    fn probe(&self) -> BoxFuture<'_, Result<String, String>> {
        Box::pin(async move {
            let reply = self.ask("GET", ".json", None).await.map_err(|lost| match lost {
                Handed::Later { why, .. } | Handed::Unknown(why) | Handed::Never(why) => why,
                Handed::Taken(_) => "no answer".to_owned(),
            })?;
            if !(200..300).contains(&reply.status) {
                return Err(format!("the account is not shown: {}", why(&reply)));
            }
            let told: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
            match told["status"].as_str() {
                Some("active") => Ok("the account is active".to_owned()),
                Some(other) => Err(format!("the account is {}", carrier::words(other))),
                None => Err("what answers there shows no account: see its url".to_owned()),
            }
        })
    }
}

/// `Authorization` of RFC 7617.
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))
}

fn judge(reply: &Reply, now: Timestamp) -> Handed {
    let told: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if (200..300).contains(&reply.status) {
        return Handed::Taken(told["sid"].as_str().and_then(carrier::id));
    }
    let why = why(reply);
    if told["code"].as_i64().is_some_and(|code| BUSY.contains(&code)) {
        return Handed::Later { why, wish: carrier::wish(reply, now) };
    }
    Handed::refused(reply, why, now)
}

/// The status, and the error in its own words.
fn why(reply: &Reply) -> String {
    let told: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let status = format!("the answer was {}", reply.status);
    match (told["code"].as_i64(), told["message"].as_str()) {
        (Some(code), words) => {
            format!("{status}, error {code}: {}", carrier::words(words.unwrap_or_default()))
        }
        (None, _) => status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(status: u16, body: &str) -> Handed {
        let reply = Reply { status, body: body.as_bytes().to_vec(), is_whole: true, ..Reply::default() };
        judge(&reply, Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn what_twilio_answers() {
        assert_eq!(
            judged(201, r#"{"sid": "SM12", "status": "queued"}"#),
            Handed::Taken(Some("SM12".to_owned()))
        );
        for odd in ["", "{", "[]", r#"{"sid": 7}"#, r#"{"sid": "a\nb"}"#] {
            assert_eq!(judged(201, odd), Handed::Taken(None), "{odd}");
        }
        let invalid =
            r#"{"code": 21211, "message": "The 'To' number +1 is not a valid phone number.", "status": 400}"#;
        let words = "the answer was 400, error 21211: The 'To' number +1 is not a valid phone number.";
        assert_eq!(judged(400, invalid), Handed::Never(words.to_owned()));
        assert!(matches!(judged(401, r#"{"code": 20003, "message": "Authenticate"}"#), Handed::Never(_)));
        assert!(matches!(
            judged(429, r#"{"code": 20429, "message": "Too Many Requests"}"#),
            Handed::Later { .. }
        ));
        assert!(matches!(judged(400, r#"{"code": 21611, "message": "Queue full"}"#), Handed::Later { .. }));
        assert_eq!(judged(503, "<html>"), Handed::Later { why: "the answer was 503".to_owned(), wish: None });
        assert!(matches!(judged(504, ""), Handed::Unknown(_)));
        assert!(matches!(judged(404, "[1]"), Handed::Never(_)));
    }
}
