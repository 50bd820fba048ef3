//! `PUT /v1/links/{order}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::LinkView;
use crate::{
    http::{
        auth::May,
        clock,
        code::Code,
        extract::{Json, Path},
        orders::{OutcomeView, expiry, version},
        page::phone,
        problem::{Problem, ProblemView},
        rules::name,
        scope::RoutingWrite,
        state::App,
    },
    model::{Link, Outcome},
};

/// By which way the customer of an order came.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = LinkPut)]
#[serde(deny_unknown_fields)]
pub(super) struct LinkBody {
    /// The number that was called, read by the configured country's rules.
    #[schema(example = "900 00 00 01")]
    called: String,
    /// The gateway it came through; calls back go by it, if it takes the customer's number.
    #[schema(example = "north")]
    gateway: Option<String>,
    /// From when on it does not hold any more. Without it or `ttl_secs`, `routing.link_ttl_hours` from now.
    expires_at: Option<Timestamp>,
    /// The same, counted in seconds from now.
    ttl_secs: Option<u32>,
    /// The sender's version: later ones win. Without it or `updated_at`, what is sent last wins.
    version: Option<i64>,
    /// When the sender changed it (RFC 3339), in place of a version.
    updated_at: Option<Timestamp>,
}

/// What became of a link that was sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkPutAnswer {
    outcome: OutcomeView,
    /// What is stored now; `null` if the link was deleted at this version or a later one.
    link: Option<LinkView>,
}

/// Store by which way the customer of an order called
///
/// May be repeated and may arrive out of order: the highest version stays. Calls about the order show this number and go
/// by this gateway. When this is answered with 200 or 201, it is on the disk.
#[utoipa::path(
    put, path = "/v1/links/{order}", tag = "routing", operation_id = "putLink",
    security(("token" = ["routing:write"])),
    params(("order" = String, Path, description = "The order's id, which need not be known here")),
    request_body = LinkBody,
    responses(
        (status = 201, body = LinkPutAnswer, description = "It was not known and is stored (`created`)"),
        (status = 200, body = LinkPutAnswer,
            description = "It was changed (`applied`), was there already (`unchanged`), or is later here (`stale`)"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "The same version is stored with another content (`version_conflict`)"),
    )
)]
pub(super) async fn put(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Path(order): Path<String>,
    Json(body): Json<LinkBody>,
) -> Result<Response, Problem> {
    let now = clock::now();
    let version = version(body.version, body.updated_at)?.unwrap_or_else(|| now.as_microsecond());
    let ttl = Some(app.rooms.routing_defaults.link_ttl);
    let link = Link {
        order: super::order("order", &order)?,
        called: phone("called", &body.called, app.rooms.country)?,
        gateway: body.gateway.map(|text| name("gateway", text)).transpose()?,
        expires_at: expiry(body.expires_at, body.ttl_secs, ttl, now)?.unwrap_or(Timestamp::MAX),
        version,
        created_at: now,
        updated_at: now,
    };
    let put = super::store(&app, link).await?;
    let status = match put.outcome {
        Outcome::Conflict => {
            let detail = format!("version {version} is stored with another content; send a higher one");
            return Err(Problem::new(Code::VersionConflict, detail));
        }
        Outcome::Created => StatusCode::CREATED,
        Outcome::Applied | Outcome::Unchanged | Outcome::Stale => StatusCode::OK,
    };
    let answer = LinkPutAnswer { outcome: put.outcome.into(), link: put.now.map(LinkView::from) };
    Ok((status, Json(answer)).into_response())
}
