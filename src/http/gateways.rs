//! `GET /v1/gateways`: the ways out, and how they do.

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    auth::May,
    endpoints::{Endpoints, routes},
    extract::Json,
    scope::CallsRead,
    state::App,
};
use crate::outbound::gateway::Status;

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(list))
}

/// A gateway, its limits, and what is in use of it now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gateway)]
struct GatewayView {
    #[schema(example = "north")]
    name: String,
    state: StateView,
    /// Calls at this moment.
    calls: u32,
    /// At most.
    max_calls: u32,
    /// Calls of this day.
    calls_today: u32,
    /// At most; 0: no limit.
    max_calls_per_day: u32,
    /// Calls that may begin in a second now: fewer than configured while it is congested.
    calls_per_second: f64,
    /// As configured.
    max_calls_per_second: f64,
    endpoints: Vec<EndpointView>,
}

/// How a gateway does: `ready`; `slowed` by congestion; `full` (all its lines are in use); `set_aside` (every
/// endpoint failed, and is tried again later).
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = GatewayState)]
#[serde(rename_all = "snake_case")]
enum StateView {
    Ready,
    Slowed,
    Full,
    SetAside,
}

/// One of a gateway's endpoints.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GatewayEndpoint)]
struct EndpointView {
    name: String,
    /// It failed, and is not used until then.
    set_aside_until: Option<Timestamp>,
}

/// All gateways.
#[derive(Debug, Serialize, ToSchema)]
struct GatewayList {
    /// By name.
    items: Vec<GatewayView>,
}

impl From<Status> for GatewayView {
    fn from(status: Status) -> Self {
        let state = state(&status);
        let endpoints = status.endpoints.into_iter();
        Self {
            name: status.name,
            state,
            calls: status.calls,
            max_calls: status.max_calls,
            calls_today: status.calls_today,
            max_calls_per_day: status.max_calls_per_day,
            calls_per_second: status.calls_per_second,
            max_calls_per_second: status.max_calls_per_second,
            endpoints: endpoints
                .map(|e| EndpointView { name: e.name, set_aside_until: e.set_aside_until })
                .collect(),
        }
    }
}

fn state(status: &Status) -> StateView {
    if status.endpoints.iter().all(|endpoint| endpoint.set_aside_until.is_some()) {
        StateView::SetAside
    } else if status.calls >= status.max_calls {
        StateView::Full
    } else if status.calls_per_second < status.max_calls_per_second {
        StateView::Slowed
    } else {
        StateView::Ready
    }
}

/// List the gateways
///
/// Their limits, and what is in use of them now.
#[utoipa::path(
    get, path = "/v1/gateways", tag = "gateways", operation_id = "listGateways",
    security(("token" = ["calls:read"])),
    responses((status = 200, body = GatewayList, description = "All of them"))
)]
async fn list(_: May<CallsRead>, State(app): State<App>) -> Json<GatewayList> {
    Json(GatewayList { items: app.control().gateways().into_iter().map(GatewayView::from).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbound::gateway::EndpointStatus;

    #[test]
    fn a_gateway_is_what_holds_it_up() {
        let endpoint = |is_aside: bool| EndpointStatus {
            name: "a".to_owned(),
            set_aside_until: is_aside.then_some(Timestamp::UNIX_EPOCH),
        };
        let of = |calls, rate, asides: &[bool]| {
            state(&Status {
                name: "north".to_owned(),
                calls,
                max_calls: 10,
                calls_today: 12,
                max_calls_per_day: 0,
                calls_per_second: rate,
                max_calls_per_second: 2.0,
                endpoints: asides.iter().copied().map(endpoint).collect(),
            })
        };
        assert_eq!(of(9, 2.0, &[false, true]), StateView::Ready);
        assert_eq!(of(9, 1.0, &[false]), StateView::Slowed);
        assert_eq!(of(10, 1.0, &[false]), StateView::Full);
        assert_eq!(of(10, 1.0, &[true, true]), StateView::SetAside);
    }
}
