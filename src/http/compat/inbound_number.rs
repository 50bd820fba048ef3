//! `POST /tel/inbound_number`: the old name of `PUT /v1/links/{order}`.

use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::words::{Answer, Moment};
use crate::{
    http::{
        auth::May, clock, code::Code, extract::Json, links, page::phone, problem::Problem, rules::name,
        scope::RoutingWrite, state::App,
    },
    model::{Link, Outcome},
};

/// By which number the customer of an order called.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OldInboundNumber)]
pub(super) struct Body {
    /// The order's id.
    #[schema(example = "A-1001")]
    order_id: String,
    /// The number of the call centre that was called; also named `phone` or `number`.
    #[serde(alias = "phone", alias = "number")]
    #[schema(example = "+34900000001")]
    inbound_number: String,
    /// The gateway it came through.
    gateway: Option<String>,
    /// Until when it holds; also named `expire` or `expires_at`.
    #[serde(alias = "expire", alias = "expires_at")]
    expires: Option<Moment>,
}

/// Store by which number the customer of an order called
///
/// The old name of `PUT /v1/links/{order}`. May be repeated: what is sent last holds.
#[utoipa::path(
    post, path = "/tel/inbound_number", tag = "old names", operation_id = "oldInboundNumber",
    security(("token" = ["routing:write"])),
    request_body = Body,
    responses((status = 200, body = Answer, description = "It is on the disk"))
)]
pub(super) async fn store(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Json(body): Json<Body>,
) -> Result<Json<Answer>, Problem> {
    let now = clock::now();
    let ttl = app.rooms.routing_defaults.link_ttl;
    let expires_at = match &body.expires {
        Some(moment) => moment.read("expires")?,
        None => now.checked_add(ttl).unwrap_or(Timestamp::MAX),
    };
    let link = Link {
        order: links::order("order_id", &body.order_id)?,
        called: phone("inbound_number", &body.inbound_number, app.rooms.country)?,
        gateway: body.gateway.map(|text| name("gateway", text)).transpose()?,
        expires_at,
        version: now.as_microsecond(),
        created_at: now,
        updated_at: now,
    };
    match links::store(&app, link).await?.outcome {
        // Two in the same microsecond: neither is the later one.
        Outcome::Conflict => Err(Problem::new(
            Code::VersionConflict,
            "another number was stored in the same moment; try again",
        )),
        _ => Ok(Json(Answer::OK)),
    }
}
