//! `POST /v1/orders/{id}/notify`

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::NotifiedView;
use crate::{
    config::Numbers,
    http::{
        auth::May,
        call_orders::{LaneView, key},
        extract::{self, Json, Path},
        problem::{Problem, ProblemView},
        scope::CallsWrite,
        state::App,
    },
    model::{Lane, OrderId},
    outbound::{Notified, NotifyRequest},
};

/// How the customer is told. All of it may be left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = OrderNotify)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NotifyBody {
    /// What is heard; `order-notify`, if not given. It gets the order as its variable `order`.
    flow: Option<String>,
    /// `callback`, if not given.
    #[schema(value_type = Option<LaneView>)]
    lane: Lane,
    /// Not before this, written as in `POST /v1/calls`.
    at: Option<String>,
    /// Without it, the order's fact `language`, or the configured one.
    #[schema(example = "es")]
    language: Option<String>,
    /// Which of the order's numbers are called: `first`, if not given, or `all`.
    #[schema(value_type = Option<NumbersView>)]
    numbers: Numbers,
}

/// Which of an order's numbers.
#[derive(ToSchema)]
#[schema(as = Numbers, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
enum NumbersView {
    First,
    All,
}

/// The calls that were ordered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NotifyAnswer {
    /// One for each number, at least one of them with a call order.
    calls: Vec<NotifiedView>,
}

/// Call the customer about an order
///
/// The call says how the order stands when it is made: while it waits, a later `PUT` of the order changes what it
/// will say. It replaces another one that waits about the same order, to the same number.
#[utoipa::path(
    post, path = "/v1/orders/{id}/notify", tag = "orders", operation_id = "notifyOrder",
    security(("token" = ["calls:write"])),
    params(
        ("id" = String, Path, description = "The sender's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "The sender's own key of this request"),
    ),
    request_body(content = Option<NotifyBody>, content_type = "application/json"),
    responses(
        (status = 201, body = NotifyAnswer, description = "Ordered, and on the disk"),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "It has no number (`order_without_phone`), or the key was used for another request \
                (`idempotency_conflict`)"),
        (status = 422, body = ProblemView, content_type = "application/problem+json",
            description = "None of its numbers can be called so (`invalid_field`)"),
    )
)]
pub(super) async fn notify(
    who: May<CallsWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<NotifyAnswer>), Problem> {
    let id = super::id(&id)?;
    let body: NotifyBody = if body.is_empty() { NotifyBody::default() } else { extract::parse(&body)? };
    let wanted = NotifyRequest {
        flow: body.flow,
        lane: body.lane,
        at: body.at,
        language: body.language,
        numbers: body.numbers,
        idempotency_key: key(&headers)?,
        ..NotifyRequest::default()
    };
    let told = app.work.to_the_end(tell(App::clone(&app), id.clone(), wanted)).await?;
    tracing::info!(order = %id, calls = told.len(), token = who.token.name, "status call ordered by the API");
    Ok((
        StatusCode::CREATED,
        Json(NotifyAnswer { calls: told.into_iter().map(NotifiedView::from).collect() }),
    ))
}

/// Nobody to be called is a problem; somebody, and another one not, is told for each.
async fn tell(app: App, id: OrderId, wanted: NotifyRequest) -> Result<Vec<Notified>, Problem> {
    let told = app.control().notify(id, wanted).await?;
    let first = told.first().and_then(|one| one.result.as_ref().err()).cloned();
    match first.filter(|_| told.iter().all(|one| one.result.is_err())) {
        Some(error) => Err(error.into()),
        None => Ok(told),
    }
}
