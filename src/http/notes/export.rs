//! `GET /v1/notes/export`

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};

use super::list::ListQuery;
use crate::{
    directory::notes,
    http::{auth::May, extract::Query, problem::Problem, scope::NotesRead, state::App},
    storage::{LARGEST_PAGE, PageRequest},
};

/// Notes of one table at most.
const MOST: usize = 20_000;

/// Export call notes
///
/// As CSV with a line of column names, those of the latest calls first; at most 20,000.
#[utoipa::path(
    get, path = "/v1/notes/export", tag = "notes", operation_id = "exportNotes",
    security(("token" = ["notes:read"])),
    params(ListQuery),
    responses((status = 200, body = String, content_type = "text/csv", description = "The table"))
)]
pub(super) async fn export(
    _: May<NotesRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Problem> {
    let query = query.query(&app.rooms.time_zone)?;
    let mut page = PageRequest { cursor: None, limit: LARGEST_PAGE };
    let mut all = Vec::new();
    loop {
        let part = app.store().notes(&query, &page).await?;
        all.extend(part.items);
        if part.next.is_none() || all.len() >= MOST {
            break;
        }
        page.cursor = part.next;
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"notes.csv\""),
    ];
    Ok((headers, notes::csv(&all)).into_response())
}
