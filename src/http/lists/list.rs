//! `GET /v1/lists/{list}`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::EntryView;
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path, Query},
        page::Paging,
        problem::Problem,
        scope::RoutingRead,
        state::App,
    },
    storage,
};

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// `true`: those too that have expired.
    #[serde(default)]
    expired: bool,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Entries in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// A page of entries.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListPage {
    items: Vec<EntryView>,
    /// The `cursor` of the next page; `null` on the last.
    next: Option<String>,
}

/// Show who stands on a list
///
/// The one whose last change is oldest comes first.
#[utoipa::path(
    get, path = "/v1/lists/{list}", tag = "routing", operation_id = "listEntries",
    security(("token" = ["routing:read"])),
    params(("list" = String, Path, description = "`block` or `vip`"), ListQuery),
    responses((status = 200, body = ListPage, description = "A page of entries"))
)]
pub(super) async fn list(
    _: May<RoutingRead>,
    State(app): State<App>,
    Path(list): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<ListPage>, Problem> {
    let wanted = storage::ListQuery { holding_at: (!query.expired).then(clock::now) };
    let paging = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    let page = app.store().entries(super::list(&list)?, &wanted, &paging).await?;
    Ok(Json(ListPage { items: page.items.into_iter().map(EntryView::from).collect(), next: page.next }))
}
