//! The control port, asked with a token: a given one, or one of its own for as long as it is needed.

use std::{net::IpAddr, time::Duration};

use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use uuid::Uuid;

use super::who;
use crate::{
    app::{Exit, Failed, OrExit},
    config::HttpConfig,
    http::{Scope, token},
    storage::Store,
    tasks::clock,
    web::{Ask, Web, WebError},
};

/// How long a token of its own is valid.
const VALID: SignedDuration = SignedDuration::from_mins(5);
/// A new one is made so long before it ends.
const SPARE: SignedDuration = SignedDuration::from_mins(1);
/// For one answer.
const TIMEOUT: Duration = Duration::from_secs(15);
/// A daemon that is being restarted is asked so often, with this pause.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(500);

/// A daemon's control port.
pub(in crate::cli) struct Client {
    web: Web,
    base: String,
    access: Access,
}

enum Access {
    Given(String),
    Own { store: Store, plain: String, id: String, until: Timestamp },
}

/// What is asked.
#[derive(Clone, Copy)]
struct Wanted<'a> {
    method: &'a str,
    path: &'a str,
    body: Option<&'a Value>,
    key: Option<&'a str>,
}

/// The address of the port on this machine.
pub(super) fn address(http: &HttpConfig) -> anyhow::Result<String> {
    anyhow::ensure!(
        http.listen.port() != 0,
        "http.listen names no port: say where the daemon listens with --url and --token"
    );
    anyhow::ensure!(
        http.tls.is_none(),
        "the control port speaks TLS: name it as its certificate does, with --url https://HOST:{} and --token",
        http.listen.port()
    );
    let mut listen = http.listen;
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen.ip() {
            IpAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
            IpAddr::V6(_) => IpAddr::from(std::net::Ipv6Addr::LOCALHOST),
        });
    }
    Ok(format!("http://{listen}"))
}

impl Client {
    pub(super) fn with_token(url: &str, token: &str) -> Result<Self, Failed> {
        Self::new(url, Access::Given(token.to_owned()))
    }

    /// Makes its own token.
    pub(super) async fn with_store(url: &str, store: Store) -> Result<Self, Failed> {
        let access = own(store).await?;
        Self::new(url, access)
    }

    fn new(url: &str, access: Access) -> Result<Self, Failed> {
        let web = Web::new().or_exit(Exit::System)?;
        Ok(Self { web, base: url.trim_end_matches('/').to_owned(), access })
    }

    /// Revokes the token, if it is its own; one that stays behind ends by itself.
    pub(super) async fn close(self) {
        if let Access::Own { store, id, .. } = self.access
            && let Err(error) = store.revoke_token(&id, clock::now()).await
        {
            eprintln!(
                "stasisd: the token of this command could not be revoked: {error}; it ends in 5 minutes"
            );
        }
    }

    /// A path of the port, in full.
    pub(in crate::cli) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// `POST /v1/calls`; gives the call order.
    pub(super) async fn order(&mut self, body: &Value) -> Result<Value, Failed> {
        self.send("POST", "/v1/calls", Some(body)).await
    }

    /// Asks; gives the answer's body.
    ///
    /// # Errors
    /// No answer, or a problem; both with what to do about it.
    pub(in crate::cli) async fn send(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failed> {
        let (status, body) = self.again(Wanted { method, path, body, key: None }).await?;
        read(status, &body)
    }

    /// Posts under a key of its own: however often it is asked for want of an answer, it is done once.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub(in crate::cli) async fn post_once(&mut self, path: &str, body: &Value) -> Result<Value, Failed> {
        let key = format!("stasisd:{}", Uuid::now_v7());
        let wanted = Wanted { method: "POST", path, body: Some(body), key: Some(&key) };
        let (status, body) = self.again(wanted).await?;
        read(status, &body)
    }

    /// Asks for what is no JSON; gives the answer's body as it is.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub(in crate::cli) async fn bytes(&mut self, path: &str) -> Result<Vec<u8>, Failed> {
        let wanted = Wanted { method: "GET", path, body: None, key: None };
        let (status, body) = self.again(wanted).await?;
        if status < 300 { Ok(body) } else { read(status, &body).map(|_| body) }
    }

    /// Asks until there is an answer, but not for ever.
    async fn again(&mut self, wanted: Wanted<'_>) -> Result<(u16, Vec<u8>), Failed> {
        let mut tried = 1;
        loop {
            match self.once(wanted).await {
                Ok(answer) => return Ok(answer),
                Err(WebError::Unreachable(_) | WebError::Deadline(_)) if tried < TRIES => {}
                Err(error) => {
                    let what = format!(
                        "no answer from {}: {error}; is the daemon running there? \
                         `systemctl status stasisd` tells; --url names another place",
                        self.base
                    );
                    return Err(Failed::new(Exit::Unavailable, what));
                }
            }
            tried += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn once(&mut self, wanted: Wanted<'_>) -> Result<(u16, Vec<u8>), WebError> {
        let Wanted { method, path, body, key } = wanted;
        self.renew().await;
        let (Access::Given(token) | Access::Own { plain: token, .. }) = &self.access;
        let url = format!("{}{path}", self.base);
        let body = body.map(Value::to_string);
        let ask = Ask { method, url: &url, token, body, idempotency_key: key, timeout: TIMEOUT };
        let (status, bytes) = self.web.ask(ask).await?;
        Ok((status, bytes.to_vec()))
    }

    /// A token that ends soon is replaced.
    async fn renew(&mut self) {
        let Access::Own { store, id, until, .. } = &self.access else { return };
        let now = clock::now();
        if until.duration_since(now) > SPARE {
            return;
        }
        let (store, old) = (store.clone(), id.clone());
        // Without a new one the old one is used, and refused when it has ended.
        if let Ok(access) = own(store.clone()).await {
            self.access = access;
            let _ = store.revoke_token(&old, now).await;
        }
    }
}

async fn own(store: Store) -> Result<Access, Failed> {
    let now = clock::now();
    let until = now.checked_add(VALID).or_exit(Exit::Internal)?;
    let scopes = [
        Scope::CallsRead,
        Scope::CallsWrite,
        Scope::RoutingRead,
        Scope::RoutingWrite,
        Scope::QueuesRead,
        Scope::QueuesWrite,
        Scope::TimetablesRead,
        Scope::TimetablesWrite,
        Scope::MessagesWrite,
    ];
    let (plain, token) = token::create(&who::name(), &scopes, Some(until), now);
    store.add_token(&token).await.or_exit(Exit::Unavailable)?;
    Ok(Access::Own { store, plain, id: token.id, until })
}

/// The body of a good answer, or what the problem says.
fn read(status: u16, body: &[u8]) -> Result<Value, Failed> {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    if status < 300 {
        return Ok(value);
    }
    let detail = value["detail"].as_str().unwrap_or("the answer is not one of stasisd's");
    let what = match (value["field"].as_str(), status) {
        (Some(field), _) => format!("{field}: {detail}"),
        (None, 401 | 403) => format!("{detail}; give another with --token or STASISD_TOKEN"),
        (None, _) => detail.to_owned(),
    };
    let exit = if status < 500 && status != 429 { Exit::Data } else { Exit::Unavailable };
    Err(Failed::new(exit, format!("{what} (HTTP {status})")))
}

/// A value as part of a path or a query.
pub(in crate::cli) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_port_of_this_machine() {
        let mut http = Config::defaults().unwrap().http;
        let mut at = |listen: &str| {
            http.listen = listen.parse().unwrap();
            address(&http).ok()
        };
        assert_eq!(at("127.0.0.1:8790").as_deref(), Some("http://127.0.0.1:8790"));
        assert_eq!(at("0.0.0.0:99").as_deref(), Some("http://127.0.0.1:99"));
        assert_eq!(at("[::]:99").as_deref(), Some("http://[::1]:99"));
        assert_eq!(at("127.0.0.1:0"), None);
    }

    #[test]
    fn a_problem_says_where() {
        let told = |status, body: &str| read(status, body.as_bytes()).unwrap_err();
        let failed = told(422, r#"{"field":"number","detail":"no number"}"#);
        assert_eq!(
            (failed.exit, failed.to_string()),
            (Exit::Data, "number: no number (HTTP 422)".to_owned())
        );
        assert!(told(401, r#"{"detail":"send one"}"#).to_string().contains("--token"));
        assert_eq!(told(503, r#"{"detail":"later"}"#).exit, Exit::Unavailable);
        assert!(told(404, "<html>").to_string().contains("not one of stasisd's"));
    }
}
