//! `GET /v1/links/{order}`

use axum::extract::State;

use super::view::LinkView;
use crate::http::{
    auth::May,
    code::Code,
    extract::{Json, Path},
    problem::Problem,
    scope::RoutingRead,
    state::App,
};

/// Show by which way the customer of an order called
///
/// Also a link that has expired, until it is purged.
#[utoipa::path(
    get, path = "/v1/links/{order}", tag = "routing", operation_id = "getLink",
    security(("token" = ["routing:read"])),
    params(("order" = String, Path, description = "The order's id")),
    responses((status = 200, body = LinkView, description = "The link"))
)]
pub(super) async fn get(
    _: May<RoutingRead>,
    State(app): State<App>,
    Path(order): Path<String>,
) -> Result<Json<LinkView>, Problem> {
    let order = super::order("order", &order)?;
    let link = app.store().link(&order).await?;
    let nothing = || Problem::new(Code::NotFound, format!("there is no link of the order {order}"));
    Ok(Json(link.ok_or_else(nothing)?.into()))
}
