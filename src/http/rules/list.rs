//! `GET /v1/rules`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{body::number, view::RuleView};
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
    storage::RuleQuery,
};

/// Which rules.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// The caller that they name: a number, however written, `+34600*`, or `anonymous`.
    caller: Option<String>,
    /// `true`: those too that have expired.
    #[serde(default)]
    expired: bool,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Rules in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// A page of rules.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RulePage {
    items: Vec<RuleView>,
    /// The `cursor` of the next page; `null` on the last.
    next: Option<String>,
}

/// List rules
///
/// The one whose last change is oldest comes first, so that a reader who follows the pages misses none.
#[utoipa::path(
    get, path = "/v1/rules", tag = "routing", operation_id = "listRules",
    security(("token" = ["routing:read"])),
    params(ListQuery),
    responses((status = 200, body = RulePage, description = "A page of rules"))
)]
pub(super) async fn list(
    _: May<RoutingRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<RulePage>, Problem> {
    let wanted = RuleQuery {
        caller: number("caller", query.caller.as_deref(), app.rooms.country)?,
        holding_at: (!query.expired).then(clock::now),
    };
    let paging = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    let page = app.store().rules(&wanted, &paging).await?;
    Ok(Json(RulePage { items: page.items.into_iter().map(RuleView::from).collect(), next: page.next }))
}
