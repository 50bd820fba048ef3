//! `DELETE /v1/pairings/{id}`

use axum::{extract::State, http::StatusCode};

use crate::http::{auth::May, extract::Path, problem::Problem, scope::OrdersWrite, state::App};

/// Delete a pairing
///
/// Who talks goes on talking; nobody is connected by it any more. May be repeated.
#[utoipa::path(
    delete, path = "/v1/pairings/{id}", tag = "pairings", operation_id = "deletePairing",
    security(("token" = ["orders:write"])),
    params(("id" = String, Path, description = "The sender's id")),
    responses((status = 204, description = "It is not there"))
)]
pub(super) async fn delete(
    _: May<OrdersWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id = super::id(&id)?;
    app.store().delete_pairing(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}
