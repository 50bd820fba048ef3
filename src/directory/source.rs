//! The customer's own endpoint, asked while the caller waits: `GET url?phone=…`, no redirects, one try.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

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
use jiff::Timestamp;
use metrics::{counter, histogram};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};
use url::Url;

use super::{
    DirectoryError, SourceError, answer,
    breaker::{Limits, State},
    cache::Cache,
};
use crate::{
    config::OrderSourceConfig,
    model::{Country, Order, PhoneNumber},
};

/// Longest answer that is read.
const MOST_BYTES: usize = 256 * 1024;
/// Requests at once; further ones wait, within their timeout.
const MOST_AT_ONCE: usize = 64;
const IDLE_CONNECTIONS: usize = 8;
const IDLE_TIME: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Source {
    url: Url,
    authorization: Option<HeaderValue>,
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
    country: Option<Country>,
    timeout: Duration,
    limits: Limits,
    slots: Semaphore,
    breaker: Mutex<State>,
    cache: Mutex<Cache>,
}

impl Source {
    pub(super) fn new(config: &OrderSourceConfig, country: Option<Country>) -> Result<Self, DirectoryError> {
        let url = Url::parse(&config.url).map_err(|e| refuse("url", &e.to_string()))?;
        if !["http", "https"].contains(&url.scheme()) || !url.has_host() {
            return Err(refuse("url", "it must start with http:// or https:// and name a host"));
        }
        Ok(Self {
            client: client(&url, config.ca_file.as_deref())?,
            url,
            authorization: authorization(config)?,
            country,
            timeout: Duration::from_millis(config.timeout_ms),
            limits: Limits {
                failures: config.breaker_failures,
                open_for: Duration::from_secs(config.breaker_open_secs),
            },
            slots: Semaphore::new(MOST_AT_ONCE),
            breaker: Mutex::new(State::Closed(0)),
            cache: Mutex::new(Cache::new(Duration::from_secs(config.cache_secs))),
        })
    }

    /// What the endpoint knows about this number, or knew a moment ago.
    pub(super) async fn orders_of(
        &self,
        phone: &PhoneNumber,
        now: Timestamp,
    ) -> Result<Vec<Order>, SourceError> {
        let began = Instant::now();
        if let Some(orders) = with(&self.cache, |cache| cache.get(phone, began)) {
            count("cached");
            return Ok(orders);
        }
        let may_ask = with(&self.breaker, |state| {
            let (may_ask, next) = state.ask(began, &self.limits);
            *state = next;
            may_ask
        });
        if !may_ask {
            count(SourceError::Open.word());
            return Err(SourceError::Open);
        }
        let answer = timeout(self.timeout, self.ask(phone)).await.unwrap_or(Err(SourceError::Timeout));
        let answer = answer.and_then(|body| {
            let orders = answer::read(&body, phone, self.country, now).map_err(SourceError::Body)?;
            Ok((orders, body.len()))
        });
        let ended = Instant::now();
        histogram!("stasisd_order_source_seconds").record(ended - began);
        self.note_end(answer.is_ok(), ended);
        match answer {
            Ok((orders, bytes)) => {
                count("ok");
                with(&self.cache, |cache| cache.put(phone, &orders, bytes, ended));
                Ok(orders)
            }
            Err(error) => {
                count(error.word());
                Err(error)
            }
        }
    }

    async fn ask(&self, phone: &PhoneNumber) -> Result<Bytes, SourceError> {
        let _slot = self.slots.acquire().await.map_err(|_| SourceError::Open)?;
        let response = self.client.request(self.request(phone)?).await.map_err(|e| broken(&e))?;
        if response.status().as_u16() != 200 {
            return Err(SourceError::Status(response.status().as_u16()));
        }
        match Limited::new(response.into_body(), MOST_BYTES).collect().await {
            Ok(body) => Ok(body.to_bytes()),
            Err(error) if error.is::<LengthLimitError>() => Err(SourceError::TooLarge),
            Err(error) => Err(broken(&*error)),
        }
    }

    fn request(&self, phone: &PhoneNumber) -> Result<Request<Empty<Bytes>>, SourceError> {
        let mut url = self.url.clone();
        url.query_pairs_mut().append_pair("phone", phone.as_str());
        let uri = Uri::try_from(url.as_str()).map_err(|e| broken(&e))?;
        let mut request = Request::get(uri)
            .header(ACCEPT, "application/json")
            .header(USER_AGENT, concat!("stasisd/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        request.body(Empty::new()).map_err(|e| broken(&e))
    }

    fn note_end(&self, is_success: bool, now: Instant) {
        let (old, new) = with(&self.breaker, |state| {
            let old = *state;
            *state = old.after(is_success, now, &self.limits);
            (old, *state)
        });
        match (old, new) {
            (State::Closed(_), State::Open(_)) => {
                tracing::warn!(
                    seconds = self.limits.open_for.as_secs(),
                    "orders.source fails and is left alone"
                );
            }
            (State::HalfOpen(_), State::Closed(_)) => tracing::info!("orders.source answers again"),
            _ => {}
        }
    }
}

fn with<T, R>(mutex: &Mutex<T>, work: impl FnOnce(&mut T) -> R) -> R {
    work(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}

fn count(outcome: &'static str) {
    counter!("stasisd_order_source_requests_total", "outcome" => outcome).increment(1);
}

fn refuse(key: &str, why: &str) -> DirectoryError {
    DirectoryError::Config(format!("orders.source.{key}: {why}"))
}

/// The innermost cause says most: "connection refused" and not "client error".
fn broken(error: &(dyn std::error::Error + 'static)) -> SourceError {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    SourceError::Connection(cause.to_string())
}

fn authorization(config: &OrderSourceConfig) -> Result<Option<HeaderValue>, DirectoryError> {
    let token = match (&config.token, &config.token_file) {
        (_, Some(file)) => Some(
            fs::read_to_string(file)
                .map_err(|e| refuse("token_file", &format!("{}: {e}", file.display())))?,
        ),
        (token, None) => token.clone(),
    };
    let Some(token) = token else { return Ok(None) };
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.trim()))
        .map_err(|_| refuse("token", "it holds characters that no header may hold"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}

fn client(
    url: &Url,
    authority: Option<&Path>,
) -> Result<Client<HttpsConnector<HttpConnector>, Empty<Bytes>>, DirectoryError> {
    let mut roots = RootCertStore::empty();
    match authority {
        Some(file) => {
            let told = |why: &str| refuse("ca_file", &format!("{}: {why}", file.display()));
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
                return Err(refuse("url", "no certificate authorities on this machine; set ca_file"));
            }
        }
        None => {}
    }
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|e| refuse("url", &e.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().build();
    Ok(Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE_TIME)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector))
}
