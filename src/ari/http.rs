//! The HTTP side: TLS, the keep-alive pool, one request and its answer.

use std::{
    error::Error,
    future::{Future, poll_fn},
    path::Path,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::sync::Semaphore;

use super::{AriError, client::Answer, command::Request, site::Site};

/// Longest answer that is read: `GET /channels` of some 20,000 channels.
const LONGEST_ANSWER: usize = 16 * 1024 * 1024;
/// Asterisk closes an idle connection after 15 s (`session_keep_alive`); we do first, so that no request is lost.
const IDLE: Duration = Duration::from_secs(10);

/// Connects, with TLS for `https`.
pub(super) type Connector = HttpsConnector<HttpConnector>;

/// The pool.
pub(super) struct Http {
    client: Client<Connector, Full<Bytes>>,
    /// Requests in flight at most: Asterisk's `sessionlimit` of 100 is for all HTTP users together.
    room: Semaphore,
    base: String,
    authorization: HeaderValue,
}

impl Http {
    pub(super) fn new(site: &Site, connector: Connector) -> Self {
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(site.http_pool)
            .build(connector);
        let room = Semaphore::new(site.http_pool);
        Self { client, room, base: site.base.clone(), authorization: site.authorization.clone() }
    }

    /// Sends one request when there is room and reads its answer. Has no deadline of its own. `handed` is told
    /// when a connection has the request: it is written in the same moment, unless the connection is new.
    pub(super) async fn send(&self, request: &Request, handed: impl FnOnce()) -> Result<Answer, AriError> {
        let _room = self.room.acquire().await.map_err(|_| AriError::NotConnected)?;
        let mut builder = hyper::Request::builder()
            .method(request.method)
            .uri(format!("{}{}", self.base, request.uri))
            .header(AUTHORIZATION, &self.authorization);
        if request.body.is_some() {
            builder = builder.header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let body = Full::new(Bytes::from(request.body.clone().unwrap_or_default()));
        let request = builder.body(body).map_err(|error| AriError::Malformed(error.to_string()))?;
        let mut response = std::pin::pin!(self.client.request(request));
        let early = poll_fn(|cx| Poll::Ready(response.as_mut().poll(cx))).await;
        handed();
        let response = match early {
            Poll::Ready(response) => response,
            Poll::Pending => response.await,
        };
        let response = response.map_err(|error| unreachable(&error))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LONGEST_ANSWER).collect().await;
        let body = body.map_err(|error| unreachable(error.as_ref()))?.to_bytes();
        let body = String::from_utf8(body.into()).map_err(|error| AriError::Malformed(error.to_string()))?;
        Ok(Answer { status, body })
    }
}

/// The error with its causes: hyper's own text is only "client error (Connect)".
pub(super) fn unreachable(error: &(dyn Error + 'static)) -> AriError {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    AriError::Unreachable(text)
}

/// Makes the connector; reads the authority's file, or the machine's authorities, if TLS is wanted.
pub(super) fn connector(site: &Site, ca_file: Option<&Path>) -> Result<Connector, AriError> {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(site.connect_timeout));
    let roots = match (site.secure, ca_file) {
        (false, _) => RootCertStore::empty(),
        (true, Some(file)) => authority(file)?,
        (true, None) => authorities()?,
    };
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| AriError::Config(format!("TLS: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp))
}

fn authority(file: &Path) -> Result<RootCertStore, AriError> {
    let wrong =
        |error: &dyn std::fmt::Display| AriError::Config(format!("ari.ca_file {}: {error}", file.display()));
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))? {
        let certificate = certificate.map_err(|error| wrong(&error))?;
        roots.add(certificate).map_err(|error| wrong(&error))?;
    }
    if roots.is_empty() {
        return Err(wrong(&"there is no certificate in it"));
    }
    Ok(roots)
}

fn authorities() -> Result<RootCertStore, AriError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    if added == 0 {
        let hint = "this machine has no certificate authorities; install ca-certificates or set ari.ca_file";
        return Err(AriError::Config(hint.to_owned()));
    }
    Ok(roots)
}
