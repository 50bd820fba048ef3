//! The old names: what the telephony service of an older system was asked, mapped onto links, rules and status calls,
//! so that its clients need a new address and a token only. One old name, one file.

mod inbound_number;
mod make_call;
mod route_to_ivr;
mod route_to_operator;
mod words;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(inbound_number::store))
        .routes(routes!(route_to_ivr::route))
        .routes(routes!(route_to_operator::route))
        .routes(routes!(make_call::call))
}
