//! Who asks, and may they? `May<Scope>` in a handler's signature is the whole check.

use std::{
    marker::PhantomData,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};

use super::{
    clock,
    code::Code,
    problem::Problem,
    scope::{Needs, Scope},
    state::App,
    token,
};
use crate::storage::Token;

/// The other end of the connection; put into each request by the listener.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

impl Peer {
    /// What one user of the net has: an IPv4 address, or an IPv6 network of 64 bits.
    pub(super) fn network(self) -> IpAddr {
        match self.0.ip().to_canonical() {
            IpAddr::V6(ip) => {
                let [a, b, c, d, ..] = ip.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            v4 @ IpAddr::V4(_) => v4,
        }
    }

    /// The peer of a request; without one, an address that is no one's.
    pub(super) fn of(parts: &Parts) -> Self {
        parts.extensions.get().copied().unwrap_or(Self(SocketAddr::from(([0, 0, 0, 0], 0))))
    }
}

impl FromRequestParts<App> for Peer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        Ok(Self::of(parts))
    }
}

/// The request came with a valid token that has the scope `S` (or `admin`).
pub(super) struct May<S> {
    pub(super) token: Arc<Token>,
    scope: PhantomData<S>,
}

impl<S: Needs> FromRequestParts<App> for May<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let token = check(&parts.headers, Peer::of(parts), S::SCOPE, app).await?;
        Ok(Self { token, scope: PhantomData })
    }
}

/// The token of a request, if it is valid, has this scope and is within its rate.
pub(super) async fn check(
    headers: &HeaderMap,
    peer: Peer,
    scope: Scope,
    app: &App,
) -> Result<Arc<Token>, Problem> {
    let token = valid(headers, peer, app).await?;
    if !scope.is_granted_by(&token.scopes) {
        let detail = format!("the token {:?} needs the scope {scope}", token.name);
        return Err(Problem::new(Code::Forbidden, detail));
    }
    Ok(token)
}

/// The token of a request, if it is valid and within its rate.
pub(super) async fn valid(headers: &HeaderMap, peer: Peer, app: &App) -> Result<Arc<Token>, Problem> {
    let Some(token) = find(headers, app).await? else {
        failed(peer, app)?;
        return Err(Problem::new(
            Code::Unauthorized,
            "send a valid token as \"Authorization: Bearer stasisd_...\"; \"stasisd token create\" makes one",
        ));
    };
    app.by_token.check(&token.id).map_err(|wait| too_many(wait, "requests with this token"))?;
    Ok(token)
}

/// Counts a failed authentication by other means than a token.
pub(super) fn failed(peer: Peer, app: &App) -> Result<(), Problem> {
    app.auth_failures.check(&peer.network()).map_err(|wait| too_many(wait, "failed authentications"))
}

/// Takes a request without a token from its address' allowance.
pub(super) fn anonymous(peer: Peer, app: &App) -> Result<(), Problem> {
    app.by_address.check(&peer.network()).map_err(|wait| too_many(wait, "requests from this address"))
}

async fn find(headers: &HeaderMap, app: &App) -> Result<Option<Arc<Token>>, Problem> {
    let Some(hash) = bearer(headers).and_then(token::hash) else { return Ok(None) };
    by_hash(hash, app).await
}

/// The valid token with this hash.
pub(super) async fn by_hash(hash: [u8; 32], app: &App) -> Result<Option<Arc<Token>>, Problem> {
    let now = clock::now();
    if let Some(held) = app.tokens.get(&hash, now) {
        return Ok(token::is_valid(&held, now).then_some(held));
    }
    let read = app.store().token_by_hash(&hash).await?;
    let Some(token) = read.filter(|t| token::is_valid(t, now)).map(Arc::new) else { return Ok(None) };
    app.tokens.put(Arc::clone(&token), now);
    Ok(Some(token))
}

/// RFC 6750 §2.1; the scheme's case does not matter (RFC 9110 §11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

fn too_many(wait: Duration, of: &str) -> Problem {
    let secs = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Problem::later(Code::TooManyRequests, secs, format!("too many {of}; try again in {} s", secs.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bearer_token_is_read_and_nothing_else() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read(&["Bearer abc"]), Some("abc".to_owned()));
        assert_eq!(read(&["bearer  abc "]), Some("abc".to_owned()));
        for bad in [&["Basic abc"][..], &["abc"], &["Bearer"], &[], &["Bearer a", "Bearer b"]] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn an_ipv6_user_is_a_network() {
        let network = |text: &str| Peer(text.parse().unwrap()).network().to_string();
        assert_eq!(network("[2001:db8:1:2:3:4:5:6]:80"), "2001:db8:1:2::");
        assert_eq!(network("[::ffff:10.0.0.7]:80"), "10.0.0.7");
        assert_eq!(network("10.0.0.7:80"), "10.0.0.7");
    }
}
