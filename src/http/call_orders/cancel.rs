//! `DELETE /v1/call-orders/{id}`

use axum::extract::State;

use super::view::CallOrderView;
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::CallsWrite,
    state::App,
};

/// Cancel a call order
///
/// One that waits is over at once (`ended`, `cancelled`). One that is being made is hung up, whether it rings or
/// talks: it is still `active` in the answer, and the event `call_order.changed` tells when it is over. One that
/// is over stays as it ended. May be repeated.
#[utoipa::path(
    delete, path = "/v1/call-orders/{id}", tag = "call orders", operation_id = "cancelCallOrder",
    security(("token" = ["calls:write"])),
    params(("id" = uuid::Uuid, Path, description = "The call order's id")),
    responses((status = 200, body = CallOrderView, description = "The call order as it is now; `state` tells"))
)]
pub(super) async fn cancel(
    who: May<CallsWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<CallOrderView>, Problem> {
    let id = super::id(&id)?;
    let rooms = App::clone(&app);
    let order = app.work.to_the_end(async move { Ok(rooms.control().cancel_call(id).await?) }).await?;
    let order = order.ok_or_else(|| super::unknown(id))?;
    tracing::info!(order = %id, token = who.token.name, "cancelled by the API");
    Ok(Json(order.into()))
}
