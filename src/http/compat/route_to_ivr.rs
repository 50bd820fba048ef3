//! `POST /routetoivr`: the old name of `PUT /v1/rules/{id}` for one caller.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::words::{Answer, Moment, after, rule_of};
use crate::{
    http::{
        auth::May, clock, extract::Json, page::phone, problem::Problem, rules, scope::RoutingWrite,
        state::App,
    },
    model::{Matches, NumberMatch, Rule, Target},
};

/// Whose calls go to the IVR, and for how long.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OldRouteToIvr)]
pub(super) struct Body {
    /// The customer's number; also named `caller` or `number`.
    #[serde(alias = "caller", alias = "number")]
    #[schema(example = "+34600000001")]
    phone: String,
    /// The order's estimated duration in seconds, to which `routing.rule_margin_secs` is added; also named `ttl`.
    #[serde(alias = "ttl")]
    #[schema(example = 1800)]
    time: Option<i64>,
    /// In place of it, until when; nothing is added. Also named `expires` or `expires_at`.
    #[serde(alias = "expires", alias = "expires_at")]
    expire: Option<Moment>,
    /// For the rule's note.
    order_id: Option<String>,
}

/// Send a customer's calls to the IVR
///
/// Creates the rule `ivr:<digits>`, or extends it. From now on this caller goes to the flow `routing.ivr_flow` first.
#[utoipa::path(
    post, path = "/routetoivr", tag = "old names", operation_id = "oldRouteToIvr",
    security(("token" = ["routing:write"])),
    request_body = Body,
    responses((status = 200, body = Answer, description = "It is on the disk, and holds"))
)]
pub(super) async fn route(
    _: May<RoutingWrite>,
    State(app): State<App>,
    Json(body): Json<Body>,
) -> Result<Json<Answer>, Problem> {
    let now = clock::now();
    let defaults = &app.rooms.routing_defaults;
    let caller = phone("phone", &body.phone, app.rooms.country)?;
    let expires_at = match (&body.expire, body.time) {
        (Some(moment), _) => moment.read("expire")?,
        (None, time) => after("time", time.unwrap_or(0), now)?.checked_add(defaults.margin).unwrap_or(now),
    };
    let note = body.order_id.map(|order| format!("order {order}"));
    let rule = Rule {
        id: rule_of(&caller),
        matches: Matches { caller: Some(NumberMatch::Exact(caller)), ..Matches::default() },
        priority: 0,
        target: Target::Flow { flow: defaults.ivr_flow.clone() },
        expires_at: Some(expires_at),
        note: rules::note(note)?,
        version: now.as_microsecond(),
        created_at: now,
        updated_at: now,
    };
    rules::store(&app, rule).await?;
    Ok(Json(Answer::OK))
}
