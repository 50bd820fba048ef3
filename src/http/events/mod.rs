//! `/v1/events`: what happens, as server-sent events that can be resumed.

mod filter;
mod frame;
mod source;
mod stream;
mod view;

pub(super) use self::view::EventView;
use super::endpoints::{Endpoints, routes};

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(stream::stream))
}
