//! Requests to URLs that somebody outside gave: to public addresses only, as they are connected to.

use std::{
    error::Error,
    net::SocketAddr,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use bytes::Bytes;
use futures_util::{FutureExt, future::BoxFuture};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Request, body::Incoming, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{
            HttpConnector,
            dns::{GaiResolver, Name},
        },
    },
    rt::{TokioExecutor, TokioTimer},
};
use tower::Service;
use url::Url;

use super::{AGENT, WebError, address::check_url_up_to, check_url, is_public, tls};

/// Idle connections kept to one host, and for how long.
const IDLE: usize = 2;
const IDLE_TIME: Duration = Duration::from_secs(30);
/// As much of an answer is read, to use the connection again; its text means nothing to us.
const LARGEST: usize = 16 * 1024;
/// As much of an answer's text is kept where it means something.
const LARGEST_REPLY: usize = 64 * 1024;
/// Longest address that is asked, in bytes: a text may stand in it.
const LONGEST_ADDRESS: usize = 32 * 1024;
/// Less than a whole exchange may take, so that a second address has its turn.
const CONNECTING: Duration = Duration::from_secs(5);

/// A client that connects to public addresses only, unless private ones are allowed; it follows no redirects
/// and knows no proxy. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Guarded {
    client: Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    allow_private: bool,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`, as it came.
    pub retry_after: Option<String>,
}

/// What to ask a server of the operator's choice.
#[derive(Clone, Copy, Debug)]
pub struct Asking<'a> {
    /// `GET`, `POST`, ...
    pub method: &'a str,
    /// `http://` or `https://`.
    pub url: &'a str,
    /// By name.
    pub headers: &'a [(&'a str, &'a str)],
    /// Its media type, and the body; none: there is no body.
    pub body: Option<(&'a str, &'a str)>,
    /// For the whole exchange.
    pub limit: Duration,
}

/// What was answered, with its text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`, as it came.
    pub retry_after: Option<String>,
    /// The text, or as much of it as came in time, at most 64 KiB.
    pub body: Vec<u8>,
    /// That is all of it.
    pub is_whole: bool,
}

/// There is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{error}")]
pub struct NoAnswer {
    /// Why.
    pub error: WebError,
    /// The request may have been read, and what it asks for may have been done.
    pub may_have_arrived: bool,
}

impl Guarded {
    /// A client that trusts this machine's authorities.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn new(allow_private: bool) -> Result<Self, WebError> {
        let mut http =
            HttpConnector::new_with_resolver(Resolver { system: GaiResolver::new(), allow_private });
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECTING));
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls()?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_max_idle_per_host(IDLE)
            .pool_idle_timeout(IDLE_TIME)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self { client, allow_private })
    }

    /// Posts JSON; gives the status as soon as it is there.
    ///
    /// # Errors
    /// `Private` if no address of the host may be connected to; else why there is no answer.
    pub async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        body: String,
        limit: Duration,
    ) -> Result<Answer, WebError> {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.send("POST", url, &headers, body, limit).await
    }

    /// Sends JSON with this method; gives the status as soon as it is there.
    ///
    /// # Errors
    /// As [`Guarded::post`].
    pub async fn send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: String,
        limit: Duration,
    ) -> Result<Answer, WebError> {
        // An address in the URL itself is not resolved, so it does not pass the resolver.
        let url: Url = check_url(url, self.allow_private).map_err(WebError::Request)?;
        let mut request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::USER_AGENT, AGENT);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body)));
        let request = request.map_err(|error| WebError::Request(error.to_string()))?;
        let exchange = async {
            let response = self.client.request(request).await.map_err(|error| unreachable(&error))?;
            let retry_after =
                response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            let answer =
                Answer { status: response.status().as_u16(), retry_after: retry_after.map(str::to_owned) };
            Ok((answer, response.into_body()))
        };
        let began = tokio::time::Instant::now();
        let (answer, rest) =
            tokio::time::timeout(limit, exchange).await.map_err(|_| WebError::Deadline(limit))??;
        drain(rest, limit.saturating_sub(began.elapsed())).await;
        Ok(answer)
    }

    /// Asks, and reads the beginning of the answer's text.
    ///
    /// # Errors
    /// Why there is no answer, and whether the request may have arrived all the same.
    pub async fn ask(&self, asking: Asking<'_>) -> Result<Reply, NoAnswer> {
        let lost = |error, may_have_arrived| NoAnswer { error, may_have_arrived };
        let url = check_url_up_to(LONGEST_ADDRESS, asking.url, self.allow_private);
        let url = url.map_err(|what| lost(WebError::Request(what), false))?;
        let mut request =
            Request::builder().method(asking.method).uri(url.as_str()).header(header::USER_AGENT, AGENT);
        for (name, value) in asking.headers {
            request = request.header(*name, *value);
        }
        if let Some((media_type, _)) = asking.body {
            request = request.header(header::CONTENT_TYPE, media_type);
        }
        let body = asking.body.map(|(_, text)| Bytes::copy_from_slice(text.as_bytes())).unwrap_or_default();
        let request = request.body(Full::new(body));
        let request = request.map_err(|error| lost(WebError::Request(error.to_string()), false))?;
        let began = tokio::time::Instant::now();
        let response = match tokio::time::timeout(asking.limit, self.client.request(request)).await {
            Err(_) => return Err(lost(WebError::Deadline(asking.limit), true)),
            Ok(Err(error)) => return Err(lost(unreachable(&error), !error.is_connect())),
            Ok(Ok(response)) => response,
        };
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let mut reply = Reply {
            status: response.status().as_u16(),
            retry_after: retry_after.map(str::to_owned),
            ..Reply::default()
        };
        let left = asking.limit.saturating_sub(began.elapsed());
        let whole = tokio::time::timeout(left, keep(response.into_body(), &mut reply.body)).await;
        reply.is_whole = whole == Ok(true);
        Ok(reply)
    }
}

/// Keeps what comes, up to the bound; whether that was all.
async fn keep(mut body: Incoming, kept: &mut Vec<u8>) -> bool {
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return false };
        let Some(data) = frame.data_ref() else { continue };
        let room = LARGEST_REPLY - kept.len();
        kept.extend(data.iter().take(room));
        if data.len() > room {
            return false;
        }
    }
    true
}

/// Reads the rest of an answer if it is small and quick; else the connection is closed. The answer was given
/// with its status, whatever becomes of this.
async fn drain(body: Incoming, limit: Duration) {
    let _ = tokio::time::timeout(limit, Limited::new(body, LARGEST).collect()).await;
}

/// The innermost cause says most: "connection refused" and not "client error".
fn unreachable(error: &(dyn Error + 'static)) -> WebError {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        if let Some(private) = inner.downcast_ref::<Private>() {
            return WebError::Private(private.0.clone());
        }
        cause = inner;
    }
    WebError::Unreachable(cause.to_string())
}

/// The system's resolver without the addresses that may not be connected to. What it gives is what is
/// connected to: a name cannot mean one address when it is looked at and another a moment later.
#[derive(Clone, Debug)]
struct Resolver {
    system: GaiResolver,
    allow_private: bool,
}

/// A name has no address that may be connected to.
#[derive(Debug, thiserror::Error)]
#[error("{0} has no public address")]
struct Private(String);

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = Box<dyn Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.system.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let allow_private = self.allow_private;
        let resolving = self.system.call(name.clone());
        async move { Ok(allowed(resolving.await?, &name, allow_private)?.into_iter()) }.boxed()
    }
}

fn allowed(
    found: impl Iterator<Item = SocketAddr>,
    name: &Name,
    allow_private: bool,
) -> Result<Vec<SocketAddr>, Private> {
    let allowed: Vec<_> = found.filter(|address| allow_private || is_public(address.ip())).collect();
    if allowed.is_empty() { Err(Private(name.as_str().to_owned())) } else { Ok(allowed) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_addresses_the_public_ones_are_left() {
        let name: Name = "shop.example".parse().unwrap();
        let of = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        let mixed = of(&["10.0.0.1:0", "8.8.8.8:0", "[::ffff:127.0.0.1]:0", "[2606:4700::1111]:0"]);
        let public = of(&["8.8.8.8:0", "[2606:4700::1111]:0"]);
        assert_eq!(allowed(mixed.clone().into_iter(), &name, false).unwrap(), public);
        assert_eq!(allowed(mixed.clone().into_iter(), &name, true).unwrap(), mixed);
        let private = of(&["127.0.0.1:0", "[::1]:0"]);
        let refused = allowed(private.into_iter(), &name, false).unwrap_err();
        assert_eq!(refused.to_string(), "shop.example has no public address");
    }

    /// The name is resolved here as it is for every request; no server needs to be there.
    #[tokio::test]
    async fn a_name_of_this_machine_is_not_connected_to() {
        let mut resolver = Resolver { system: GaiResolver::new(), allow_private: false };
        let refused = resolver.call("localhost".parse().unwrap()).await.unwrap_err();
        assert!(refused.is::<Private>(), "{refused}");
        resolver.allow_private = true;
        assert!(resolver.call("localhost".parse().unwrap()).await.is_ok());
    }

    #[tokio::test]
    async fn an_address_in_the_url_is_refused_without_resolving() {
        let client = Guarded::new(false).unwrap();
        for url in ["http://127.0.0.1:9/", "http://[::ffff:127.0.0.1]:9/", "http://169.254.169.254/"] {
            let refused = client.post(url, &[], String::new(), Duration::from_secs(5)).await;
            assert!(matches!(refused, Err(WebError::Request(_))), "{url}: {refused:?}");
        }
    }
}
