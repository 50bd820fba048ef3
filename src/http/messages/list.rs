//! `GET /v1/messages`

use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{KindView, MessageView, StateView};
use crate::{
    http::{
        auth::May,
        extract::{Json, Query},
        page::Paging,
        problem::Problem,
        scope::MessagesWrite,
        state::App,
    },
    storage::MessageQuery,
};

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct ListQuery {
    /// Where they are.
    #[param(inline)]
    state: Option<StateView>,
    /// What they are about.
    #[param(inline)]
    kind: Option<KindView>,
    /// By this channel.
    channel: Option<String>,
    /// To this person.
    person: Option<String>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// Messages in a page: 1 to 200, 50 if not given.
    limit: Option<u32>,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct MessagePage {
    items: Vec<MessageView>,
    /// Send it as `cursor` for the page after; `null` on the last.
    next: Option<String>,
}

/// List messages
///
/// Those that wait and those of the last days, the newest first.
#[utoipa::path(
    get, path = "/v1/messages", tag = "messages", operation_id = "listMessages",
    security(("token" = ["messages:write"])),
    params(ListQuery),
    responses((status = 200, body = MessagePage, description = "A page of messages"))
)]
pub(super) async fn list(
    _: May<MessagesWrite>,
    State(app): State<App>,
    Query(query): Query<ListQuery>,
) -> Result<Json<MessagePage>, Problem> {
    let paging = Paging { cursor: query.cursor, limit: query.limit }.request()?;
    let wanted = MessageQuery {
        state: query.state.map(StateView::state),
        kind: query.kind.map(KindView::kind),
        channel: query.channel,
        person: query.person,
    };
    let page = app.store().messages(&wanted, &paging).await?;
    Ok(Json(MessagePage { items: page.items.into_iter().map(MessageView::from).collect(), next: page.next }))
}
