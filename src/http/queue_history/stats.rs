//! `GET /v1/queues/{queue}/stats`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::{Timestamp, Zoned};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    AcceptsCsv, Format, csv,
    view::{FiguresView, GroupView, StatsView},
};
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path, Query},
        problem::Problem,
        scope::QueuesRead,
        state::App,
    },
    queue::history::{By, bounds, groups_csv},
};

/// Longest time that is counted.
const LONGEST_HOURS: i64 = 24 * 800;

/// By what the figures are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ByWhat {
    /// The day on which the caller began to wait.
    Day,
    /// The hour of that day.
    Hour,
    /// The member that answered.
    Member,
}

/// Of which time, and how.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct StatsQuery {
    /// Of callers that began to wait at this time (RFC 3339) or later; today's midnight, if not given.
    from: Option<Timestamp>,
    /// Before this time; now, if not given.
    to: Option<Timestamp>,
    /// `day`, if not given.
    #[param(inline)]
    by: Option<ByWhat>,
    /// Answered within so many seconds is in time: 1 to 3600; `queue_history.service_level_secs`, if not given.
    service_level_secs: Option<u32>,
    /// `csv`: the groups as a table. Also by the header `Accept: text/csv`.
    #[param(inline)]
    format: Option<Format>,
}

/// Figures of a queue
///
/// In all, and by day, hour or member: received, answered, given up, service level, waits and talks.
#[utoipa::path(
    get, path = "/v1/queues/{queue}/stats", tag = "queues", operation_id = "queueStats",
    security(("token" = ["queues:read"])),
    params(("queue" = String, Path, description = "The queue"), StatsQuery),
    responses((status = 200, description = "The figures, or the table",
        content((StatsView = "application/json"), (String = "text/csv"))))
)]
pub(super) async fn stats(
    _: May<QueuesRead>,
    State(app): State<App>,
    accepts: AcceptsCsv,
    Path(queue): Path<String>,
    Query(query): Query<StatsQuery>,
) -> Result<Response, Problem> {
    let statistics = &app.rooms.statistics;
    if query.service_level_secs.is_some_and(|secs| !(1..=3600).contains(&secs)) {
        return Err(Problem::field("service_level_secs", "1 to 3600 seconds"));
    }
    let (now, zone) = (clock::now(), statistics.zone(&queue).clone());
    let today = bounds(Zoned::new(now, zone.clone()).date(), &zone).map_or(now, |(from, _)| from);
    let (from, to) = (query.from.unwrap_or(today), query.to.unwrap_or(now));
    if !(0..=LONGEST_HOURS).contains(&to.duration_since(from).as_hours()) || to < from {
        return Err(Problem::field("to", "after from, and at most 800 days"));
    }
    let (by, key) = match query.by.unwrap_or(ByWhat::Day) {
        ByWhat::Day => (By::Day, "day"),
        ByWhat::Hour => (By::Hour, "hour"),
        ByWhat::Member => (By::Member, "interface"),
    };
    let counting = statistics.counting(&queue, query.service_level_secs);
    let (total, groups) = statistics.figures(&queue, (from, to), by, &counting).await?;
    if accepts.or(query.format) {
        return Ok(csv("stats", groups_csv(key, &groups)));
    }
    let view = StatsView {
        queue,
        from,
        to,
        service_level_secs: counting.service_level_secs,
        total: FiguresView::from(&total),
        groups: groups.into_iter().map(GroupView::from).collect(),
    };
    Ok(Json(view).into_response())
}
