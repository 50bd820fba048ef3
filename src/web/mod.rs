//! Requests to other people's HTTP servers: one answer within a deadline and a size, redirects not followed.

mod address;
mod guarded;
mod wish;

use std::{sync::OnceLock, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, header, http::request::Builder};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

pub use address::{check_url, is_public};
pub use guarded::{Answer, Asking, Guarded, NoAnswer, Reply};
pub use wish::wished;

/// What we call ourselves.
const AGENT: &str = concat!("stasisd/", env!("CARGO_PKG_VERSION"));
/// Largest answer that is read.
const LARGEST: usize = 256 * 1024;
/// Largest answer of a control port: a page of call orders with all their facts.
const LARGEST_PAGE: usize = 16 * 1024 * 1024;
/// Idle connections kept to one host.
const IDLE: usize = 8;

/// Why there is no answer. Never holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebError {
    /// The address or a header cannot be sent.
    #[error("the request cannot be sent: {0}")]
    Request(String),
    /// No connection, or it broke.
    #[error("the server cannot be reached: {0}")]
    Unreachable(String),
    /// Nothing came in time.
    #[error("no answer within {0:?}")]
    Deadline(Duration),
    /// More came than is read.
    #[error("the answer is too large")]
    TooLarge,
    /// The host has no address that may be connected to (`webhooks.allow_private`).
    #[error("{0} has no public address; private ones need webhooks.allow_private")]
    Private(String),
    /// This machine's authorities cannot be read.
    #[error("the certificate store cannot be read: {0}")]
    Authorities(String),
}

/// What to post.
#[derive(Clone, Debug)]
pub struct Post<'a> {
    /// `http://` or `https://`.
    pub url: &'a str,
    /// A JSON text.
    pub body: String,
    /// The header `Idempotency-Key`.
    pub idempotency_key: &'a str,
    /// For the whole exchange.
    pub timeout: Duration,
}

/// What to ask of a control port.
#[derive(Clone, Debug)]
pub struct Ask<'a> {
    /// `GET`, `POST`, ...
    pub method: &'a str,
    /// `http://` or `https://`.
    pub url: &'a str,
    /// Sent as `Authorization: Bearer`.
    pub token: &'a str,
    /// A JSON text.
    pub body: Option<String>,
    /// The header `Idempotency-Key`.
    pub idempotency_key: Option<&'a str>,
    /// For the whole exchange.
    pub timeout: Duration,
}

/// A client with a pool of connections. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Web {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
}

impl Web {
    /// A client that trusts this machine's authorities.
    pub fn new() -> Result<Self, WebError> {
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls()?).https_or_http().enable_http1().build();
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self { client })
    }

    /// Posts JSON; gives the status and the body.
    pub async fn post(&self, post: Post<'_>) -> Result<(u16, Bytes), WebError> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(post.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", post.idempotency_key);
        self.exchange(request, post.body, LARGEST, post.timeout).await
    }

    /// Asks a server of ours; gives the status and the body.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<(u16, Bytes), WebError> {
        let mut request = Request::builder()
            .method(ask.method)
            .uri(ask.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", ask.token));
        if let Some(key) = ask.idempotency_key {
            request = request.header("idempotency-key", key);
        }
        self.exchange(request, ask.body.unwrap_or_default(), LARGEST_PAGE, ask.timeout).await
    }

    /// Fetches a text from a server of the operator's choice; gives the status and the body, at most `largest` bytes.
    pub async fn fetch(
        &self,
        url: &str,
        token: Option<&str>,
        largest: usize,
        timeout: Duration,
    ) -> Result<(u16, Bytes), WebError> {
        let mut request = Request::builder().method(Method::GET).uri(url);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        self.exchange(request, String::new(), largest, timeout).await
    }

    async fn exchange(
        &self,
        request: Builder,
        body: String,
        largest: usize,
        timeout: Duration,
    ) -> Result<(u16, Bytes), WebError> {
        let request = request
            .header(header::USER_AGENT, AGENT)
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| WebError::Request(error.to_string()))?;
        let exchange = async {
            let answer = self.client.request(request).await;
            let answer = answer.map_err(|error| WebError::Unreachable(error.to_string()))?;
            let status = answer.status().as_u16();
            let body = Limited::new(answer.into_body(), largest).collect().await;
            Ok((status, body.map_err(|_| WebError::TooLarge)?.to_bytes()))
        };
        tokio::time::timeout(timeout, exchange).await.map_err(|_| WebError::Deadline(timeout))?
    }
}

/// Trusts this machine's authorities. They are read once: a hundred and more of them, for each client that is made.
fn tls() -> Result<rustls::ClientConfig, WebError> {
    static TRUSTED: OnceLock<rustls::ClientConfig> = OnceLock::new();
    if let Some(known) = TRUSTED.get() {
        return Ok(known.clone());
    }
    let provider = rustls::crypto::ring::default_provider();
    let trusted = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .map_err(|error| WebError::Authorities(error.to_string()))?
        .with_native_roots()
        .map_err(|error| WebError::Authorities(error.to_string()))?
        .with_no_client_auth();
    Ok(TRUSTED.get_or_init(|| trusted).clone())
}
