//! `POST /v1/calls/batch`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{body::CallBody, view::CallOrderView};
use crate::{
    http::{
        auth::May,
        extract::Json,
        problem::{Problem, ProblemView},
        scope::CallsWrite,
        state::App,
    },
    outbound::{Accepted, CallRequest, OrderError},
};

/// Call orders in one request at most.
const MOST: usize = 200;

/// Calls to make.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CallBatch)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchBody {
    /// 1 to 200, each with an `idempotency_key` of its own if the request may be repeated.
    #[schema(min_items = 1, max_items = 200)]
    calls: Vec<CallBody>,
}

/// What became of one of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallResult)]
pub(super) struct ResultView {
    /// What it would have been answered with alone: 201, 200, 409 or 422.
    #[schema(example = 201)]
    status: u16,
    /// The call order, if it is accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<CallOrderView>,
    /// The problem's code, if it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The field at fault: `calls[3].number`.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// What is wrong with it, and how to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// What became of each, in the order in which they were sent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallBatchAnswer)]
pub(super) struct BatchAnswer {
    results: Vec<ResultView>,
}

/// Order many calls
///
/// Each is accepted or refused for itself; those that are accepted are on disk, together, when this is answered.
#[utoipa::path(
    post, path = "/v1/calls/batch", tag = "call orders", operation_id = "orderCalls",
    security(("token" = ["calls:write"])),
    request_body = BatchBody,
    responses(
        (status = 200, body = BatchAnswer, description = "What became of each"),
        (status = 422, body = ProblemView, content_type = "application/problem+json",
            description = "A field that cannot be read; nothing is ordered (`invalid_field`)"),
    )
)]
pub(super) async fn batch(
    who: May<CallsWrite>,
    State(app): State<App>,
    Json(body): Json<BatchBody>,
) -> Result<Json<BatchAnswer>, Problem> {
    if !(1..=MOST).contains(&body.calls.len()) {
        return Err(Problem::field("calls", format!("a batch has 1 to {MOST} calls")));
    }
    let requests: Vec<CallRequest> = body.calls.into_iter().map(CallRequest::from).collect();
    let done = super::order_all(&app, requests).await?;
    let accepted = done.iter().filter(|result| result.is_ok()).count();
    tracing::info!(
        accepted,
        refused = done.len() - accepted,
        token = who.token.name,
        "calls ordered by the API"
    );
    let results = done.into_iter().enumerate().map(|(place, result)| view(place, result));
    Ok(Json(BatchAnswer { results: results.collect::<Result<_, _>>()? }))
}

/// One result; what the store could not do holds for all.
fn view(place: usize, result: Result<Accepted, OrderError>) -> Result<ResultView, Problem> {
    let problem = match result {
        Ok(Accepted { order, is_new }) => {
            let status = if is_new { 201 } else { 200 };
            return Ok(ResultView {
                status,
                order: Some(order.into()),
                code: None,
                field: None,
                detail: None,
            });
        }
        Err(OrderError::Storage(error)) => return Err(error.into()),
        Err(refused) => Problem::from(refused),
    };
    let (status, code, _) = problem.code().facts();
    let field = problem.field_path().map(|field| format!("calls[{place}].{field}"));
    Ok(ResultView { status, order: None, code: Some(code), field, detail: Some(problem.detail().to_owned()) })
}
