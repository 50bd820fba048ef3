//! `DELETE /v1/orders/{id}`

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::{body::version, view::OutcomeView};
use crate::{
    http::{
        auth::May,
        extract::{Json, Path, Query},
        problem::Problem,
        scope::OrdersWrite,
        state::App,
    },
    model::{NoticeKind, OrderId, Outcome},
};

/// Which version is deleted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DeleteQuery {
    /// The version of the deletion: a later update stays. Without it, whatever is there is deleted.
    version: Option<i64>,
    /// The same as a time.
    updated_at: Option<Timestamp>,
}

/// What became of a deletion.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderDeleteAnswer {
    /// `applied`, `unchanged` (it was not there) or `stale` (a later version is there, and stays).
    outcome: OutcomeView,
}

/// Delete an order
///
/// Calls about it that wait are cancelled. May be repeated. With a version it may also arrive before its order: a late update of that version or
/// an older one does not bring the order back.
#[utoipa::path(
    delete, path = "/v1/orders/{id}", tag = "orders", operation_id = "deleteOrder",
    security(("token" = ["orders:write"])),
    params(("id" = String, Path, description = "The sender's id"), DeleteQuery),
    responses((status = 200, body = OrderDeleteAnswer, description = "It is not there, or a later version is"))
)]
pub(super) async fn delete(
    _: May<OrdersWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<DeleteQuery>,
) -> Result<Json<OrderDeleteAnswer>, Problem> {
    let id = super::id(&id)?;
    let version = version(query.version, query.updated_at)?;
    let outcome = app.work.to_the_end(forget(App::clone(&app), id, version)).await?;
    Ok(Json(OrderDeleteAnswer { outcome: outcome.into() }))
}

async fn forget(app: App, id: OrderId, version: Option<i64>) -> Result<Outcome, Problem> {
    let outcome = app.control().delete_order(id.clone(), version).await?;
    if outcome == Outcome::Applied {
        let data = json!({ "id": id, "status": null, "version": version, "deleted": true });
        app.rooms.feed.post(NoticeKind::OrderChanged, None, data);
    }
    Ok(outcome)
}
