//! Paths of older systems, accepted as they are, so that their clients need a new address and a token only.

mod info;
mod ringring;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(ringring::get, ringring::post)).routes(routes!(info::info))
}
