//! `GET /v1/call-orders/{id}`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::{AttemptView, CallOrderView};
use crate::http::{
    auth::May,
    extract::{Json, Path},
    problem::Problem,
    scope::CallsRead,
    state::App,
};

/// A call order and its attempts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallOrderAnswer {
    order: CallOrderView,
    /// The first one first.
    attempts: Vec<AttemptView>,
}

/// Show a call order and its attempts
#[utoipa::path(
    get, path = "/v1/call-orders/{id}", tag = "call orders", operation_id = "getCallOrder",
    security(("token" = ["calls:read"])),
    params(("id" = uuid::Uuid, Path, description = "The call order's id")),
    responses((status = 200, body = CallOrderAnswer, description = "The call order and each dialling of it"))
)]
pub(super) async fn get(
    _: May<CallsRead>,
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<CallOrderAnswer>, Problem> {
    let id = super::id(&id)?;
    app.control().settled().await;
    let order = app.store().call_order(id).await?.ok_or_else(|| super::unknown(id))?;
    let attempts = app.store().attempts_of(id).await?;
    let attempts = attempts.into_iter().map(AttemptView::from).collect();
    Ok(Json(CallOrderAnswer { order: order.into(), attempts }))
}
