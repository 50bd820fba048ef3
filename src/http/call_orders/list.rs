//! `GET /v1/call-orders`

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    view::CallOrderView,
    words::{LaneView, OrderStateView},
};
use crate::{
    http::{
        auth::May,
        extract::{Json, Query},
        page::{Paging, phone},
        problem::Problem,
        scope::CallsRead,
        state::App,
    },
    model::{Lane, OrderState},
    storage::CallOrderQuery,
};

/// Which call orders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Where it is.
    #[param(value_type = Option<OrderStateView>, inline)]
    state: Option<OrderState>,
    /// Whom it calls, however written.
    number: Option<String>,
    /// Its gateway.
    gateway: Option<String>,
    /// What it is about: `order:A-1001`.
    subject: Option<String>,
    /// How urgent it is.
    #[param(value_type = Option<LaneView>, inline)]
    lane: Option<Lane>,
    /// Accepted at this time (RFC 3339) or later.
    created_from: Option<Timestamp>,
    /// Accepted before this time.
    created_to: Option<Timestamp>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Call orders in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// A page of call orders.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallOrderPage {
    items: Vec<CallOrderView>,
    /// The `cursor` of the next page; `null` on the last.
    next: Option<String>,
}

/// List call orders
///
/// Newest first.
#[utoipa::path(
    get, path = "/v1/call-orders", tag = "call orders", operation_id = "listCallOrders",
    security(("token" = ["calls:read"])),
    params(ListQuery),
    responses((status = 200, body = CallOrderPage, description = "A page of call orders"))
)]
pub(super) async fn list(
    _: May<CallsRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<CallOrderPage>, Problem> {
    let wanted = CallOrderQuery {
        state: query.state,
        number: query.number.map(|text| phone("number", &text, app.rooms.country)).transpose()?,
        gateway: query.gateway,
        subject: query.subject,
        lane: query.lane,
        created_from: query.created_from,
        created_to: query.created_to,
    };
    let paging = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    app.control().settled().await;
    let page = app.store().call_orders(&wanted, &paging).await?;
    let items = page.items.into_iter().map(CallOrderView::from).collect();
    Ok(Json(CallOrderPage { items, next: page.next }))
}
