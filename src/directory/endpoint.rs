//! Somebody's server that answers questions: `GET url?name=value`, no redirects, one try, a bounded answer.

use std::{path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::{
    Request, Uri,
    header::{ACCEPT, AUTHORIZATION, HeaderValue, USER_AGENT},
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use url::Url;

use super::{DirectoryError, SourceError};
use crate::config::Secret;

/// Longest answer that is read.
const MOST_BYTES: usize = 256 * 1024;
const IDLE_CONNECTIONS: usize = 8;
const IDLE_TIME: Duration = Duration::from_secs(30);

type Https = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

/// The server, and how it is asked.
#[derive(Debug)]
pub(super) struct Endpoint {
    url: Url,
    authorization: Option<HeaderValue>,
    client: Https,
}

impl Endpoint {
    /// `key` is where its settings stand, for complaints.
    pub(super) fn new(
        key: &str,
        url: &str,
        token: Option<&Secret>,
        authority: Option<&Path>,
    ) -> Result<Self, DirectoryError> {
        let refuse = |name: &str, why: &str| DirectoryError::Config(format!("{key}.{name}: {why}"));
        let url = Url::parse(url).map_err(|e| refuse("url", &e.to_string()))?;
        if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
            return Err(refuse("url", "it must start with http:// or https:// and name a host"));
        }
        let authorization = token.map(bearer).transpose().map_err(|why| refuse("token", why))?;
        let client = client(&url, authority).map_err(|(name, why)| refuse(name, &why))?;
        Ok(Self { url, authorization, client })
    }

    /// Asks; gives the body of a 200.
    pub(super) async fn get(&self, name: &str, value: &str) -> Result<Bytes, SourceError> {
        let response = self.client.request(self.request(name, value)?).await.map_err(|e| broken(&e))?;
        if response.status().as_u16() != 200 {
            return Err(SourceError::Status(response.status().as_u16()));
        }
        match Limited::new(response.into_body(), MOST_BYTES).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(SourceError::TooLarge),
            Err(error) => Err(broken(&*error)),
        }
    }

    fn request(&self, name: &str, value: &str) -> Result<Request<Empty<Bytes>>, SourceError> {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair(name, value);
        let uri = Uri::try_from(url.as_str()).map_err(|e| broken(&e))?;
        let mut request = Request::get(uri)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("stasisd/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        request.body(Empty::new()).map_err(|e| broken(&e))
    }
}

/// The innermost cause says most: "connection refused" and not "client error".
fn broken(error: &(dyn std::error::Error + 'static)) -> SourceError {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    SourceError::Connection(cause.to_string())
}

fn bearer(token: &Secret) -> Result<HeaderValue, &'static str> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.expose()))
        .map_err(|_| "it holds characters that no header may hold")?;
    value.set_sensitive(true);
    Ok(value)
}

/// A client, or the key at fault and why.
fn client(url: &Url, authority: Option<&Path>) -> Result<Https, (&'static str, String)> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(file) => {
            let told = |why: &str| ("ca_file", format!("{}: {why}", file.display()));
            let certificates = CertificateDer::pem_file_iter(file).map_err(|e| told(&e.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|e| told(&e.to_string()))?;
                roots.add(certificate).map_err(|e| told(&e.to_string()))?;
            }
            if roots.is_empty() {
                return Err(told("it holds no certificate"));
            }
        }
        None if url.scheme() == "https" => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                return Err(("url", "no certificate authorities on this machine; set ca_file".to_owned()));
            }
        }
        None => {}
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| ("url", e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIME)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector))
}
