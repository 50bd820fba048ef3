//! `GET /health/live` and `GET /health/ready`: for systemd, load balancers and people. No token.

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    anonymous::Anyone,
    endpoints::{Endpoints, routes},
    extract::Json,
    state::App,
};

/// Whether new calls can be taken.
#[derive(Debug, Serialize, ToSchema)]
struct HealthAnswer {
    /// `ready` or `not_ready`.
    status: &'static str,
    checks: Vec<CheckView>,
}

/// One thing looked at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Check)]
struct CheckView {
    #[schema(example = "asterisk")]
    name: String,
    ok: bool,
    /// What is wrong, or what is there.
    detail: String,
}

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(live)).routes(routes!(ready))
}

/// Is the program alive?
#[utoipa::path(
    get, path = "/health/live", tag = "health", operation_id = "live",
    responses((status = 200, body = String, content_type = "text/plain", description = "`alive`"))
)]
async fn live(_: Anyone) -> &'static str {
    "alive\n"
}

/// Can it take calls?
#[utoipa::path(
    get, path = "/health/ready", tag = "health", operation_id = "ready",
    responses(
        (status = 200, body = HealthAnswer, description = "It can"),
        (status = 503, body = HealthAnswer, description = "It cannot; `checks` says why"),
    )
)]
async fn ready(_: Anyone, State(app): State<App>) -> Response {
    let health = app.control().health();
    let checks = health.checks.into_iter();
    let checks = checks.map(|c| CheckView { name: c.name, ok: c.ok, detail: c.detail }).collect();
    let (status, word) =
        if health.ready { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not_ready") };
    (status, Json(HealthAnswer { status: word, checks })).into_response()
}
