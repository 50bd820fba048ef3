//! `POST /v1/calls`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{body::CallBody, view::CallOrderView};
use crate::{
    http::{
        auth::May,
        code::Code,
        extract::Json,
        problem::{Problem, ProblemView},
        scope::CallsWrite,
        state::App,
    },
    outbound::Accepted,
};

/// Order a call
///
/// Answered when the call order is on disk; from then on it is called, or its failure is known, whatever falls
/// over. With a key (`Idempotency-Key`) the request may be repeated without a second call. Follow it by
/// `GET /v1/call-orders/{id}` or by the events `call_order.changed` and `attempt.changed`.
#[utoipa::path(
    post, path = "/v1/calls", tag = "call orders", operation_id = "orderCall",
    security(("token" = ["calls:write"])),
    params(("Idempotency-Key" = Option<String>, Header, description = "The sender's own key of this request")),
    request_body = CallBody,
    responses(
        (status = 201, body = CallOrderView, description = "It is ordered",
            headers(("Location" = String, description = "Where to follow it"))),
        (status = 200, body = CallOrderView, description = "It was ordered before with the same key: as it is now",
            headers(("Location" = String, description = "Where to follow it"))),
        (status = 409, body = ProblemView, content_type = "application/problem+json",
            description = "The key was used for another request (`idempotency_conflict`)"),
        (status = 422, body = ProblemView, content_type = "application/problem+json",
            description = "It cannot be called so; `field` names what is wrong (`invalid_field`)"),
    )
)]
pub(super) async fn order(
    who: May<CallsWrite>,
    State(app): State<App>,
    headers: HeaderMap,
    Json(body): Json<CallBody>,
) -> Result<Response, Problem> {
    let request = body.keyed(&headers)?.into();
    let done = super::order_all(&app, vec![request]).await?.into_iter().next();
    let nothing = || Problem::new(Code::Internal, "nothing was said about the call order");
    let Accepted { order, is_new } = done.ok_or_else(nothing)??;
    tracing::info!(order = %order.id, token = who.token.name, is_new, "call ordered by the API");
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = [(header::LOCATION, format!("/v1/call-orders/{}", order.id))];
    Ok((status, location, Json(CallOrderView::from(order))).into_response())
}
