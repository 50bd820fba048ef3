//! `GET /v1/orders`

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::OrderView;
use crate::{
    http::{
        auth::May,
        extract::{Json, Query},
        page::{Paging, phone},
        problem::Problem,
        scope::OrdersRead,
        state::App,
    },
    storage::OrderQuery,
};

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// One of their numbers, however written.
    phone: Option<String>,
    /// Their status.
    status: Option<String>,
    /// Stored at this time (RFC 3339) or later.
    updated_since: Option<Timestamp>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Orders in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// A page of orders.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderPage {
    items: Vec<OrderView>,
    /// The `cursor` of the next page; `null` on the last.
    next: Option<String>,
}

/// List orders
///
/// The one whose last change is oldest comes first, so that a reader who follows the pages misses none.
#[utoipa::path(
    get, path = "/v1/orders", tag = "orders", operation_id = "listOrders",
    security(("token" = ["orders:read"])),
    params(ListQuery),
    responses((status = 200, body = OrderPage, description = "A page of orders"))
)]
pub(super) async fn list(
    _: May<OrdersRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<OrderPage>, Problem> {
    let wanted = OrderQuery {
        phone: query.phone.map(|text| phone("phone", &text, app.rooms.country)).transpose()?,
        status: query.status,
        updated_since: query.updated_since,
    };
    let paging = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    let page = app.store().orders(&wanted, &paging).await?;
    Ok(Json(OrderPage { items: page.items.into_iter().map(OrderView::from).collect(), next: page.next }))
}
