//! `GET /v1/events`

use std::{sync::Arc, time::Instant};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::IntoParams;

use super::{
    filter::Filter,
    source::{KEEP_ALIVE, Source},
};
use crate::{
    http::{
        auth::{self, May},
        clock,
        code::Code,
        extract::Query,
        problem::{Problem, ProblemView},
        scope::EventsRead,
        state::App,
    },
    storage::Token,
};

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct StreamQuery {
    /// Kinds, separated by commas: `call.*,order.changed`. All, if not given.
    kind: Option<String>,
    /// Only what happens in this call.
    call: Option<String>,
    /// Start after the event with this id; 0 for all that is kept. The header `Last-Event-ID` goes before.
    after: Option<i64>,
}

/// Watch events
///
/// Server-sent events, each with `id`, `event` (its kind) and `data` (an Event as JSON). Reconnect with the
/// last id in the header `Last-Event-ID` to miss none. An event `gap` with `after`, `resume` and `why` tells
/// that what was between may be lost: look at the calls and orders again, the stream goes on.
#[utoipa::path(
    get, path = "/v1/events", tag = "events", operation_id = "watchEvents",
    security(("token" = ["events:read"])),
    params(StreamQuery, ("Last-Event-ID" = Option<i64>, Header, description = "The last id seen")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String, description = "The events"),
        (status = 503, body = ProblemView, content_type = "application/problem+json",
            description = "Too many open streams (`too_many_streams`)"),
    )
)]
pub(super) async fn stream(
    who: May<EventsRead>,
    State(app): State<App>,
    headers: HeaderMap,
    Query(query): Query<StreamQuery>,
) -> Result<Response, Problem> {
    let filter = Filter::parse(query.kind.as_deref(), query.call.as_deref())?;
    let after = last_event_id(&headers)?.or(query.after);
    let permit = Arc::clone(&app.streams).try_acquire_owned().map_err(|_| {
        Problem::later(Code::TooManyStreams, 10, "too many event streams are open (http.max_streams)")
    })?;
    let source = Source::open(app.store().clone(), app.rooms.feed.clone(), filter, after).await?;
    let open = Open { source, token: who.token, app, checked_at: clock::instant(), _permit: permit };
    let body = Body::from_stream(stream::unfold(open, |mut open| async move {
        let bytes = open.next().await?;
        Some((Ok::<_, std::convert::Infallible>(bytes), open))
    }));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // For nginx in between, which would collect the events otherwise.
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body).into_response())
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get("last-event-id").filter(|v| !v.is_empty()) else { return Ok(None) };
    let id = value.to_str().ok().and_then(|text| text.parse().ok());
    id.map(Some).ok_or_else(|| Problem::field("Last-Event-ID", "an event's id is an integer"))
}

/// An open stream; its place among the streams is free again when it is dropped.
struct Open {
    source: Source,
    token: Arc<Token>,
    app: App,
    checked_at: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Open {
    /// The next piece; `None` ends the stream: at shutdown, or when its token is no longer valid.
    async fn next(&mut self) -> Option<Bytes> {
        if self.checked_at.elapsed() >= KEEP_ALIVE {
            self.checked_at = clock::instant();
            // A database that is away revokes nothing.
            if matches!(auth::by_hash(self.token.hash, &self.app).await, Ok(None)) {
                return None;
            }
        }
        self.app.shutdown.run_until_cancelled(self.source.next()).await?
    }
}
