//! Paths of older systems, accepted as they are, so that their clients need a new address and a token only. One old
//! name, one file.

mod inbound_number;
mod info;
mod make_call;
mod ringring;
mod route_to_ivr;
mod route_to_operator;
mod says;
mod words;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ringring::get, ringring::post))
        .routes(routes!(info::info))
        .routes(routes!(says::says))
        .routes(routes!(inbound_number::store))
        .routes(routes!(route_to_ivr::route))
        .routes(routes!(route_to_operator::route))
        .routes(routes!(make_call::call))
}
