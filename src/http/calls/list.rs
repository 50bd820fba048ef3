//! `GET /v1/calls`

use axum::extract::State;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    plan,
    view::{CallPage, CallView, DispositionView},
};
use crate::{
    http::{
        auth::May,
        extract::{Json, Query},
        page::{Paging, phone},
        problem::Problem,
        scope::CallsRead,
        state::App,
    },
    model::{CallState, Disposition},
    storage::CallQuery,
};

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// `true`: only those that are up, all in one page. `false`: only those that ended.
    live: Option<bool>,
    /// The caller's number, however written.
    caller: Option<String>,
    /// The number that was called, as it is shown.
    called: Option<String>,
    /// The flow it is in, or was in last.
    flow: Option<String>,
    /// How it came out.
    #[param(value_type = Option<DispositionView>, inline)]
    disposition: Option<Disposition>,
    /// Started at this time (RFC 3339) or later.
    started_from: Option<Timestamp>,
    /// Started before this time.
    started_to: Option<Timestamp>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Calls in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// List calls
///
/// Newest first.
#[utoipa::path(
    get, path = "/v1/calls", tag = "calls", operation_id = "listCalls",
    security(("token" = ["calls:read"])),
    params(ListQuery),
    responses((status = 200, body = CallPage, description = "A page of calls"))
)]
pub(super) async fn list(
    _: May<CallsRead>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<CallPage>, Problem> {
    let paging = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    let caller = query.caller.map(|text| phone("caller", &text, app.rooms.country)).transpose()?;
    let wanted = CallQuery {
        state: query.live.map(|live| if live { CallState::Live } else { CallState::Ended }),
        caller: caller.map(|n| n.to_string()),
        called: query.called,
        flow: query.flow,
        disposition: query.disposition,
        started_from: query.started_from,
        started_to: query.started_to,
    };
    if query.live == Some(true) {
        // Memory knows better than the database, which is written behind.
        let calls = plan::select(app.control().live_calls(), &wanted);
        return Ok(Json(CallPage { items: calls.into_iter().map(CallView::from).collect(), next: None }));
    }
    app.control().settled().await;
    let page = app.store().calls(&wanted, &paging).await?;
    let calls = page.items.into_iter().map(|call| plan::freshest(call, |id| app.control().live_call(id)));
    Ok(Json(CallPage { items: calls.map(CallView::from).collect(), next: page.next }))
}
