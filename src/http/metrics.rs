//! `GET /metrics`: Prometheus text. Open on the machine itself; others need the scope `metrics:read`.

use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, header, request::Parts},
    response::IntoResponse,
};

use super::{
    auth::{self, Peer},
    endpoints::{Endpoints, routes},
    problem::Problem,
    scope::Scope,
    state::App,
};

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(metrics))
}

/// The reader is this machine, or has a token.
struct Reader;

impl FromRequestParts<App> for Reader {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let peer = Peer::of(parts);
        if peer.0.ip().to_canonical().is_loopback() && !is_forwarded(&parts.headers) {
            return auth::anonymous(peer, app).map(|()| Self);
        }
        auth::check(&parts.headers, peer, Scope::MetricsRead, app).await.map(|_| Self)
    }
}

/// A proxy on this machine brings requests of others.
fn is_forwarded(headers: &HeaderMap) -> bool {
    ["forwarded", "x-forwarded-for", "x-real-ip", "via"].iter().any(|name| headers.contains_key(*name))
}

/// Read the metrics
///
/// No token is needed from the machine itself.
#[utoipa::path(
    get, path = "/metrics", tag = "health", operation_id = "metrics",
    security((), ("token" = ["metrics:read"])),
    responses((status = 200, body = String, content_type = "text/plain", description = "Prometheus text"))
)]
async fn metrics(_: Reader, State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], app.control().metrics())
}
