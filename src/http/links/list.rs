//! `GET /v1/links`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::LinkView;
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Query},
        page::Paging,
        problem::Problem,
        scope::RoutingRead,
        state::App,
    },
    storage::LinkQuery,
};

/// Which links.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// `true`: those too that have expired.
    #[serde(default)]
    expired: bool,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Links in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// A page of links.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LinkPage {
    items: Vec<LinkView>,
    /// The `cursor` of the next page; `null` on the last.
    next: Option<String>,
}

/// List inbound links
///
/// The one whose last change is oldest comes first.
#[utoipa::path(
    get, path = "/v1/links", tag = "routing", operation_id = "listLinks",
    security(("token" = ["routing:read"])),
    params(ListQuery),
    responses((status = 200, body = LinkPage, description = "A page of links"))
)]
pub(super) async fn list(
    _: May<RoutingRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<LinkPage>, Problem> {
    let wanted = LinkQuery { holding_at: (!query.expired).then(clock::now) };
    let paging = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    let page = app.store().links(&wanted, &paging).await?;
    Ok(Json(LinkPage { items: page.items.into_iter().map(LinkView::from).collect(), next: page.next }))
}
