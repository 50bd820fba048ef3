//! `GET /v1/queues/{queue}/daily`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use jiff::{Zoned, civil::Date};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{AcceptsCsv, Format, csv, view::DailyTable};
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path, Query},
        problem::Problem,
        scope::QueuesRead,
        state::App,
    },
    queue::history::daily_csv,
};

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct DailyQuery {
    /// The first day (`2026-11-23`); today, if not given.
    #[param(value_type = Option<String>)]
    from: Option<Date>,
    /// The last day; the first, if not given. At most 800 days.
    #[param(value_type = Option<String>)]
    to: Option<Date>,
    /// `csv`: a table. Also by the header `Accept: text/csv`.
    #[param(inline)]
    format: Option<Format>,
}

/// Figures of days, in an older form
///
/// One row for each day with the fields of Tomàtic's daily statistics. Calls outside of the hours and calls to try the
/// queue are counted as such, and nowhere else but in `callsreceived`.
#[utoipa::path(
    get, path = "/v1/queues/{queue}/daily", tag = "queues", operation_id = "queueDaily",
    security(("token" = ["queues:read"])),
    params(("queue" = String, Path, description = "The queue"), DailyQuery),
    responses((status = 200, description = "The rows",
        content((DailyTable = "application/json"), (String = "text/csv"))))
)]
pub(super) async fn daily(
    _: May<QueuesRead>,
    State(app): State<App>,
    accepts: AcceptsCsv,
    Path(queue): Path<String>,
    Query(query): Query<DailyQuery>,
) -> Result<Response, Problem> {
    let statistics = &app.rooms.statistics;
    let today = Zoned::new(clock::now(), statistics.zone(&queue).clone()).date();
    let first = query.from.unwrap_or(today);
    let last = query.to.unwrap_or(first);
    if last < first || first.until(last).is_ok_and(|span| span.get_days() >= 800) {
        return Err(Problem::field("to", "not before from, and at most 800 days"));
    }
    let days = statistics.daily(&queue, first, last).await?;
    if accepts.or(query.format) {
        return Ok(csv("daily", daily_csv(&days)));
    }
    Ok(Json(DailyTable { days }).into_response())
}
