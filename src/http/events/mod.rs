//! `/v1/events`: what happens, as server-sent events that can be resumed.

mod filter;
mod frame;
mod source;
mod stream;
mod view;

use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use self::view::EventView;
use super::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(stream::stream))
}
