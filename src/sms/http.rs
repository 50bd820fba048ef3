//! Any HTTP interface, by templates.

use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde_json::Value;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{
    carrier::{self, Carrier, Handed, ShortMessage},
    fill::{Templates, Wrong},
    twilio::basic,
};
use crate::{
    config::{CarrierConfig, CarrierMethod, Secret},
    web::{Asking, Guarded, Reply, check_url, is_public},
};

/// Shorter texts are not hidden where a gateway repeats what it was asked with.
const SHORTEST_SECRET: usize = 4;

pub(super) struct Http {
    name: String,
    client: Guarded,
    is_near: bool,
    method: &'static str,
    /// Of the host, which no template changes.
    origin: String,
    headers: Vec<(String, String)>,
    templates: Templates,
    expect: Option<String>,
    id: Option<String>,
    /// What is hidden in what the gateway says.
    secrets: Vec<String>,
    limit: Duration,
}

impl Http {
    pub(super) fn new(
        name: &str,
        config: &CarrierConfig,
        (client, is_near): (Guarded, bool),
        limit: Duration,
    ) -> Result<Self, Wrong> {
        let templates = Templates::new(config)?;
        let exposed = |secret: &Secret| secret.expose().to_owned();
        let mut headers: Vec<_> =
            config.headers.iter().map(|(name, value)| (name.clone(), exposed(value))).collect();
        if let Some(token) = config.token.as_ref().filter(|_| !templates.names("token")) {
            headers.push(("authorization".to_owned(), format!("Bearer {}", token.expose())));
        }
        if let (Some(user), Some(password)) = (&config.user, &config.password)
            && !templates.names("password")
        {
            headers.push(("authorization".to_owned(), basic(user, password.expose())));
        }
        let secrets = config.token.iter().chain(&config.password).chain(config.headers.values());
        let secrets = secrets.map(exposed).filter(|secret| secret.len() >= SHORTEST_SECRET);
        Ok(Self {
            name: name.to_owned(),
            client,
            is_near,
            method: match config.method.unwrap_or_default() {
                CarrierMethod::Get => "GET",
                CarrierMethod::Post => "POST",
                CarrierMethod::Put => "PUT",
            },
            origin: config.url.as_ref().map(exposed).unwrap_or_default(),
            headers,
            templates,
            expect: config.expect.clone(),
            id: config.id.clone(),
            secrets: secrets.collect(),
            limit,
        })
    }

    fn judge(&self, reply: &Reply, now: Timestamp) -> Handed {
        let text = String::from_utf8_lossy(&reply.body);
        let words = self.words(&text);
        let said = if words.is_empty() { String::new() } else { format!(": {words}") };
        if !(200..300).contains(&reply.status) {
            return Handed::refused(reply, format!("the answer was {}{said}", reply.status), now);
        }
        match &self.expect {
            Some(expect) if !text.contains(expect.as_str()) => {
                let why = format!("the answer was {}, without {expect:?}{said}", reply.status);
                // What did not come may have held it.
                if reply.is_whole { Handed::Later { why, wish: None } } else { Handed::Unknown(why) }
            }
            _ => Handed::Taken(self.id.as_deref().and_then(|pointer| id(&text, pointer))),
        }
    }

    /// What the gateway says, without what it was asked with.
    fn words(&self, text: &str) -> String {
        let hidden = self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"));
        carrier::words(&hidden)
    }
}

impl Carrier for Http {
    fn send<'a>(&'a self, message: &'a ShortMessage, now: Timestamp) -> BoxFuture<'a, Handed> {
        Box::pin(async move {
            let filled = match self.templates.fill(message) {
                Ok(filled) => filled,
                Err((key, what)) => {
                    return Handed::Never(format!("sms.carriers.{}.{key}: {what}", self.name));
                }
            };
            let mut headers = vec![("idempotency-key", message.id.as_str())];
            headers.extend(self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            let asking = Asking {
                method: self.method,
                url: &filled.url,
                headers: &headers,
                body: filled.body.as_ref().map(|(kind, body)| (*kind, body.as_str())),
                limit: self.limit,
            };
            match self.client.ask(asking).await {
                Ok(reply) => self.judge(&reply, now),
                Err(lost) => lost.into(),
            }
        })
    }

    /// Connects, and says nothing.
    fn probe(&self) -> BoxFuture<'_, Result<String, String>> {
        Box::pin(async move {
            let url = check_url(&self.origin, self.is_near)?;
            let (name, port) =
                (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or(443));
            let connecting = async {
                let found = lookup_host((name.trim_matches(['[', ']']), port)).await;
                let found = found.map_err(|error| format!("{name} is not found: {error}"))?;
                let allowed: Vec<_> =
                    found.filter(|address| self.is_near || is_public(address.ip())).collect();
                if allowed.is_empty() {
                    let mend = "private ones need webhooks.allow_private, or the carrier's own";
                    return Err(format!("{name} has no public address; {mend}"));
                }
                TcpStream::connect(&*allowed).await.map_err(|error| format!("{name}:{port}: {error}"))
            };
            let connected = timeout(self.limit, connecting).await;
            connected.map_err(|_| format!("{name}:{port} does not answer in time"))??;
            Ok(format!("{name}:{port} takes connections"))
        })
    }
}

/// A text or a number at this place of an answer.
fn id(text: &str, pointer: &str) -> Option<String> {
    let told: Value = serde_json::from_str(text).ok()?;
    match told.pointer(pointer)? {
        Value::String(text) => carrier::id(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::CarrierKind;

    #[test]
    fn what_gateways_answer() {
        let config = CarrierConfig {
            url: Some("https://sms.example/?to={{ digits }}&text={{ text }}".into()),
            token: Some("hidden".into()),
            expect: Some("OK".to_owned()),
            id: Some("/messages/0/id".to_owned()),
            ..CarrierConfig::new(CarrierKind::Http)
        };
        let client = Guarded::new(false).unwrap();
        let http =
            Http::new("out", &config, (client, false), Duration::from_secs(1)).map_err(|_| ()).unwrap();
        let judged = |status, body: &str, is_whole| {
            let reply = Reply { status, body: body.as_bytes().to_vec(), is_whole, ..Reply::default() };
            http.judge(&reply, Timestamp::UNIX_EPOCH)
        };
        let id = |id: &str| Handed::Taken(Some(id.to_owned()));
        assert_eq!(judged(200, r#"{"state": "OK", "messages": [{"id": "m1"}]}"#, true), id("m1"));
        assert_eq!(judged(202, r#"{"state": "OK", "messages": [{"id": 77}]}"#, true), id("77"));
        assert_eq!(judged(200, "OK 1", true), Handed::Taken(None));
        let why = "the answer was 200, without \"OK\": ERR no credit for ***".to_owned();
        assert_eq!(judged(200, "ERR no credit\r\nfor hidden", true), Handed::Later { why, wish: None });
        assert!(matches!(judged(200, "", false), Handed::Unknown(_)));
        assert_eq!(
            judged(403, "key hidden?", true),
            Handed::Never("the answer was 403: key ***?".to_owned())
        );
        assert!(matches!(judged(503, "OK", true), Handed::Later { .. }));
    }
}
