//! `GET /v1/queues/{queue}/plan`

use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::view::{PlanView, Plans};
use crate::http::{
    auth::May,
    clock,
    extract::{Json, Path, Query},
    problem::Problem,
    scope::QueuesRead,
    state::App,
};

/// For when.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PlanQuery {
    /// The moment (RFC 3339); now, if not given.
    at: Option<Timestamp>,
}

/// Tell what would be done to each queue
///
/// The dry run of every queue that a timetable fills.
#[utoipa::path(
    get, path = "/v1/queue-plans", tag = "queues", operation_id = "planQueues",
    security(("token" = ["queues:read"])),
    params(PlanQuery),
    responses((status = 200, body = Plans, description = "In the order of the queues' names"))
)]
pub(super) async fn all(
    _: May<QueuesRead>,
    State(app): State<App>,
    Query(query): Query<PlanQuery>,
) -> Result<Json<Plans>, Problem> {
    let at = query.at.unwrap_or_else(clock::now);
    let mut items = Vec::new();
    for queue in app.rooms.programming.queues() {
        items.push(PlanView::new(queue.to_owned(), app.rooms.programming.preview(queue, at).await?));
    }
    Ok(Json(Plans { items }))
}

/// Tell what would be done to a queue
///
/// A dry run: who is wanted at that moment and why, and what would be done to the queue as it is now. Nothing is done.
#[utoipa::path(
    get, path = "/v1/queues/{queue}/plan", tag = "queues", operation_id = "planQueue",
    security(("token" = ["queues:read"])),
    params(("queue" = String, Path, description = "The queue"), PlanQuery),
    responses((status = 200, body = PlanView, description = "Who is wanted, and what would be done"))
)]
pub(super) async fn plan(
    _: May<QueuesRead>,
    State(app): State<App>,
    Path(queue): Path<String>,
    Query(query): Query<PlanQuery>,
) -> Result<Json<PlanView>, Problem> {
    let preview = app.rooms.programming.preview(&queue, query.at.unwrap_or_else(clock::now)).await?;
    Ok(Json(PlanView::new(queue, preview)))
}
