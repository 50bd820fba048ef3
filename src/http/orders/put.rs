//! `PUT /v1/orders/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::{
    body::OrderBody,
    view::{NotifiedView, OrderView, OutcomeView},
};
use crate::{
    http::{
        auth::May,
        clock,
        code::Code,
        extract::{Json, Path},
        problem::{Problem, ProblemView},
        scope::OrdersWrite,
        state::App,
    },
    model::{NoticeKind, Order, Outcome},
    outbound::StatusPut,
};

/// What became of a PUT.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OrderPutAnswer {
    outcome: OutcomeView,
    /// What is stored now; `null` if the order was deleted at this version or a later one.
    order: Option<OrderView>,
    /// The calls that a rule for its status makes (`outbound.notify`), or why it cannot.
    calls: Vec<NotifiedView>,
}

/// Store an order
///
/// May be repeated and may arrive out of order: the highest version stays. When this is answered with 200
/// or 201, it is on the disk, and with it what the change means for calls about it: with a rule for its new
/// status the customer is called when that has settled; calls that wait say the newest, or are cancelled where
/// a rule had made them for a status that is over.
#[utoipa::path(
    put, path = "/v1/orders/{id}", tag = "orders", operation_id = "putOrder",
    security(("token" = ["orders:write"])),
    params(("id" = String, Path, description = "The sender's id: 1 to 128 of A-Z a-z 0-9 . _ : -")),
    request_body = OrderBody,
    responses(
        (status = 201, body = OrderPutAnswer, description = "It was not known and is stored (`created`)"),
        (status = 200, body = OrderPutAnswer,
            description = "It was changed (`applied`), was there already (`unchanged`), or is later here (`stale`)"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "The same version is stored with another content (`version_conflict`)"),
    )
)]
pub(super) async fn put(
    _: May<OrdersWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<OrderBody>,
) -> Result<Response, Problem> {
    let id = super::id(&id)?;
    let order = body.order(id, app.rooms.country, app.rooms.default_ttl, clock::now())?;
    let version = order.version;
    let StatusPut { outcome, order: stored, calls } =
        app.work.to_the_end(store(App::clone(&app), order)).await?;
    let status = match outcome {
        Outcome::Conflict => {
            let detail = format!("version {version} is stored with another content; send a higher one");
            return Err(Problem::new(Code::VersionConflict, detail));
        }
        Outcome::Created => StatusCode::CREATED,
        Outcome::Applied | Outcome::Unchanged | Outcome::Stale => StatusCode::OK,
    };
    // A stale one is later than what was sent, or it is gone.
    let gone = outcome == Outcome::Stale && stored.version <= version;
    let order = (!gone).then(|| OrderView::from(stored));
    let calls = calls.into_iter().map(NotifiedView::from).collect();
    Ok((status, Json(OrderPutAnswer { outcome: outcome.into(), order, calls })).into_response())
}

async fn store(app: App, order: Order) -> Result<StatusPut, Problem> {
    let put = app.control().put_order(order).await?;
    if matches!(put.outcome, Outcome::Created | Outcome::Applied) {
        let stored = &put.order;
        let data = json!({
            "id": stored.id, "status": stored.status, "version": stored.version, "deleted": false
        });
        app.rooms.feed.post(NoticeKind::OrderChanged, None, data);
    }
    Ok(put)
}
