//! `GET /v1/queues/{queue}/overrides`

use axum::extract::State;

use super::view::{OverrideView, Overrides};
use crate::http::{
    auth::May,
    clock,
    extract::{Json, Path},
    problem::Problem,
    scope::QueuesRead,
    state::App,
};

/// List overrides
///
/// Those that hold, the oldest first.
#[utoipa::path(
    get, path = "/v1/queues/{queue}/overrides", tag = "queues", operation_id = "listOverrides",
    security(("token" = ["queues:read"])),
    params(("queue" = String, Path, description = "The queue")),
    responses((status = 200, body = Overrides, description = "What people decided against the timetable"))
)]
pub(super) async fn list(
    _: May<QueuesRead>,
    State(app): State<App>,
    Path(queue): Path<String>,
) -> Result<Json<Overrides>, Problem> {
    let overrides = app.rooms.programming.overrides(&queue, clock::now()).await?;
    Ok(Json(Overrides { items: overrides.into_iter().map(OverrideView::from).collect() }))
}
