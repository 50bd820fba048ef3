//! `GET /v1/queues/{queue}/calls`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    AcceptsCsv, Format, csv,
    view::{EndView, QueueCallPage, QueueCallView},
};
use crate::{
    http::{
        auth::May,
        extract::{Json, Path, Query},
        page::Paging,
        problem::Problem,
        scope::QueuesRead,
        state::App,
    },
    queue::history::calls_csv,
    storage::QueueCallQuery,
};

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct CallsQuery {
    /// That began to wait at this time (RFC 3339) or later.
    from: Option<Timestamp>,
    /// That began to wait before this time.
    to: Option<Timestamp>,
    /// That this member answered.
    interface: Option<String>,
    /// That ended so.
    #[param(inline)]
    end: Option<EndView>,
    /// `csv`: all of them as a table, at most 200,000, the oldest first. Also by the header `Accept: text/csv`.
    #[param(inline)]
    format: Option<Format>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Calls in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// List the calls of a queue
///
/// Those that came last first: who waited how long, who answered, how it ended.
#[utoipa::path(
    get, path = "/v1/queues/{queue}/calls", tag = "queues", operation_id = "listQueueCalls",
    security(("token" = ["queues:read"])),
    params(("queue" = String, Path, description = "The queue"), CallsQuery),
    responses((status = 200, description = "A page of calls, or the table",
        content((QueueCallPage = "application/json"), (String = "text/csv"))))
)]
pub(super) async fn calls(
    _: May<QueuesRead>,
    State(app): State<App>,
    accepts: AcceptsCsv,
    Path(queue): Path<String>,
    Query(query): Query<CallsQuery>,
) -> Result<Response, Problem> {
    let wanted = QueueCallQuery {
        queue: Some(queue.clone()),
        from: query.from,
        to: query.to,
        interface: query.interface,
        end: query.end.map(Into::into),
    };
    if accepts.or(query.format) {
        let calls = app.store().all_queue_calls(&wanted).await?;
        return Ok(csv("calls", calls_csv(&calls, app.rooms.statistics.zone(&queue))));
    }
    let page = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    let page = app.store().queue_calls(&wanted, &page).await?;
    let items = page.items.into_iter().map(QueueCallView::from).collect();
    Ok(Json(QueueCallPage { items, next: page.next }).into_response())
}
