//! `GET /v1/queues/{queue}/drift`

use axum::extract::State;

use super::view::{DriftView, Drifts};
use crate::http::{
    auth::May,
    clock,
    extract::{Json, Path},
    problem::Problem,
    scope::QueuesRead,
    state::App,
};

/// Tell how the queues differ from their timetables
///
/// Of every queue that a timetable fills.
#[utoipa::path(
    get, path = "/v1/queue-drifts", tag = "queues", operation_id = "queueDrifts",
    security(("token" = ["queues:read"])),
    responses((status = 200, body = Drifts, description = "In the order of the queues' names"))
)]
pub(super) async fn all(_: May<QueuesRead>, State(app): State<App>) -> Result<Json<Drifts>, Problem> {
    let mut items = Vec::new();
    for queue in app.rooms.programming.queues() {
        items.push(look(&app, queue).await?);
    }
    Ok(Json(Drifts { items }))
}

/// Tell how a queue differs from its timetable
///
/// Who is paused, missing, or there without being planned; since when, and by whom, as far as that is known.
#[utoipa::path(
    get, path = "/v1/queues/{queue}/drift", tag = "queues", operation_id = "queueDrift",
    security(("token" = ["queues:read"])),
    params(("queue" = String, Path, description = "The queue")),
    responses((status = 200, body = DriftView, description = "The differences; none: it is as planned"))
)]
pub(super) async fn drift(
    _: May<QueuesRead>,
    State(app): State<App>,
    Path(queue): Path<String>,
) -> Result<Json<DriftView>, Problem> {
    Ok(Json(look(&app, &queue).await?))
}

async fn look(app: &App, queue: &str) -> Result<DriftView, Problem> {
    let (now, programming) = (clock::now(), &app.rooms.programming);
    let differences = programming.drift(queue, now).await?;
    let zone = programming.zone(queue).unwrap_or_else(|| app.rooms.time_zone.clone());
    Ok(DriftView::new(queue.to_owned(), now, differences, &zone))
}
