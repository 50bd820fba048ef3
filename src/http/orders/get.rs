//! `GET /v1/orders/{id}`

use axum::extract::State;

use super::view::OrderView;
use crate::http::{
    auth::May,
    code::Code,
    extract::{Json, Path},
    problem::Problem,
    scope::OrdersRead,
    state::App,
};

/// Show an order
#[utoipa::path(
    get, path = "/v1/orders/{id}", tag = "orders", operation_id = "getOrder",
    security(("token" = ["orders:read"])),
    params(("id" = String, Path, description = "The sender's id")),
    responses((status = 200, body = OrderView, description = "The order"))
)]
pub(super) async fn get(
    _: May<OrdersRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<OrderView>, Problem> {
    let id = super::id(&id)?;
    let found = app.store().order(&id).await?;
    let order = found.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no order {id}")))?;
    Ok(Json(order.into()))
}
