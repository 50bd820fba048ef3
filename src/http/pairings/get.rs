//! `GET /v1/pairings/{id}`

use axum::extract::State;

use super::view::PairingView;
use crate::http::{
    auth::May,
    code::Code,
    extract::{Json, Path},
    problem::Problem,
    scope::OrdersRead,
    state::App,
};

/// Show a pairing
///
/// Also one whose time is over, until it is swept.
#[utoipa::path(
    get, path = "/v1/pairings/{id}", tag = "pairings", operation_id = "getPairing",
    security(("token" = ["orders:read"])),
    params(("id" = String, Path, description = "The sender's id")),
    responses((status = 200, body = PairingView, description = "The pairing"))
)]
pub(super) async fn get(
    _: May<OrdersRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<PairingView>, Problem> {
    let id = super::id(&id)?;
    let found = app.store().pairing(&id).await?;
    let pairing = found.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no pairing {id}")))?;
    Ok(Json(pairing.into()))
}
