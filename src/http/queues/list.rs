//! `GET /v1/queues`

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::QueueView;
use crate::http::{auth::May, clock, extract::Json, scope::QueuesRead, state::App};

/// All queues.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueList {
    /// The manager connection is up and all queues were read. False: they are shown as they were last known.
    connected: bool,
    /// Since when that is so.
    since: Option<Timestamp>,
    /// The same in words.
    detail: String,
    /// By name.
    items: Vec<QueueView>,
}

/// List the queues
///
/// As they are now, with members and callers. While the manager connection is away they are shown as they were last
/// known, and `connected` is false.
#[utoipa::path(
    get, path = "/v1/queues", tag = "queues", operation_id = "listQueues",
    security(("token" = ["queues:read"])),
    responses((status = 200, body = QueueList, description = "All of them"))
)]
pub(super) async fn list(_: May<QueuesRead>, State(app): State<App>) -> Json<QueueList> {
    let (standing, now) = (app.rooms.queues.standing(), clock::now());
    let items = app.rooms.queues.all().iter().map(|state| QueueView::of(state, &standing, now)).collect();
    Json(QueueList { connected: standing.connected, since: standing.since, detail: standing.words, items })
}
