//! `GET /v1/timetables/{name}/{week}`

use axum::{
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{formats::Format, view::TableView};
use crate::{
    http::{
        auth::May,
        extract::{Json, Path, Query},
        problem::Problem,
        scope::TimetablesRead,
        state::App,
    },
    timetable::EditRefused,
};

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct FormatQuery {
    /// `json`, `html`, `pdf` or `csv`; without it, as `Accept` says.
    format: Option<String>,
}

/// Show a week
///
/// As JSON, or to print (HTML, PDF), or as a table (CSV).
#[utoipa::path(
    get, path = "/v1/timetables/{name}/{week}", tag = "timetables", operation_id = "getTimetable",
    security(("token" = ["timetables:read"])),
    params(
        ("name" = String, Path, description = "The timetable"),
        ("week" = String, Path, description = "The week's Monday (`2026-11-23`), or `forced`"),
        FormatQuery,
    ),
    responses((status = 200, body = TableView, description = "The table"))
)]
pub(super) async fn get(
    _: May<TimetablesRead>,
    State(app): State<App>,
    Path((name, week)): Path<(String, String)>,
    Query(query): Query<FormatQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let sheet = super::sheet(&week)?;
    let format = Format::wanted(query.format.as_deref(), &headers)?;
    let timetables = &app.rooms.timetables;
    let kept = timetables.get(&name, sheet).await?;
    let kept =
        kept.ok_or_else(|| Problem::from(crate::timetable::TimetableError::from(EditRefused::Absent)))?;
    if format == Format::Json {
        return Ok(Json(TableView::new(sheet, kept)).into_response());
    }
    let crew = timetables.crew(sheet).await?;
    // Some hundred cells become a page: not a thing for the runtime's own threads.
    let printing = tokio::task::spawn_blocking(move || format.print(&name, sheet, &kept, &crew));
    let printed = printing.await.ok().flatten();
    printed.ok_or_else(|| Problem::new(crate::http::code::Code::Internal, "the table could not be printed"))
}
