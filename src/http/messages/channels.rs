//! `GET /v1/channels`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::view::ChannelView;
use crate::http::{auth::May, extract::Json, scope::MessagesWrite, state::App};

/// All channels, by name.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Channels {
    items: Vec<ChannelView>,
}

/// List the channels that messages go by
#[utoipa::path(
    get, path = "/v1/channels", tag = "messages", operation_id = "listChannels",
    security(("token" = ["messages:write"])),
    responses((status = 200, body = Channels, description = "The channels"))
)]
pub(super) async fn channels(_: May<MessagesWrite>, State(app): State<App>) -> Json<Channels> {
    Json(Channels { items: app.rooms.messaging.channels().into_iter().map(ChannelView::from).collect() })
}
