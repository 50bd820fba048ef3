//! `GET /v1/notes/statistics`

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::{
    auth::May,
    extract::{Json, Query},
    problem::Problem,
    scope::NotesRead,
    state::App,
};

/// Of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct StatisticsQuery {
    /// Of calls at this time (RFC 3339) or later.
    from: Option<Timestamp>,
    /// Of calls before this time.
    to: Option<Timestamp>,
}

/// Notes by category.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct NoteStatistics {
    /// Those with most notes first. A note of several categories counts for each.
    categories: Vec<CategoryCount>,
}

/// How often it was chosen.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CategoryCount {
    /// The category's id.
    #[schema(example = "invoices")]
    category: String,
    /// Its name; `null` if it is no longer there.
    #[schema(example = "Invoices")]
    name: Option<String>,
    /// Notes.
    notes: i64,
}

/// Count notes by category
#[utoipa::path(
    get, path = "/v1/notes/statistics", tag = "notes", operation_id = "noteStatistics",
    security(("token" = ["notes:read"])),
    params(StatisticsQuery),
    responses((status = 200, body = NoteStatistics, description = "How often each category was chosen"))
)]
pub(super) async fn statistics(
    _: May<NotesRead>,
    State(app): State<App>,
    Query(query): Query<StatisticsQuery>,
) -> Result<Json<NoteStatistics>, Problem> {
    let (from, to) = (query.from.unwrap_or(Timestamp::UNIX_EPOCH), query.to.unwrap_or(Timestamp::MAX));
    let counts = app.store().note_counts(from, to).await?;
    let known = app.store().categories().await?;
    let name = |id: &str| known.iter().find(|known| known.id == id).map(|known| known.name.clone());
    let counted =
        counts.into_iter().map(|(id, notes)| CategoryCount { name: name(&id), category: id, notes });
    Ok(Json(NoteStatistics { categories: counted.collect() }))
}
