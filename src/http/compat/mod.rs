//! Paths of older systems, accepted as they are, so that their clients need a new address and a token only. One old
//! name, one file.

mod backchannel;
mod busy;
mod busy_download;
mod calendar;
mod forcedturns;
mod graella;
mod inbound_number;
mod info;
mod make_call;
mod person;
mod persons;
mod queue;
mod ringring;
mod route_to_ivr;
mod route_to_operator;
mod says;
mod tomatic;
mod words;
mod yaml;

use super::endpoints::{Endpoints, routes};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(ringring::get, ringring::post))
        .routes(routes!(info::info))
        .routes(routes!(says::says))
        .routes(routes!(inbound_number::store))
        .routes(routes!(route_to_ivr::route))
        .routes(routes!(route_to_operator::route))
        .routes(routes!(make_call::call))
        .routes(routes!(persons::persons))
        .routes(routes!(person::edit, person::delete))
        .routes(routes!(busy::show, busy::replace))
        .routes(routes!(busy_download::weekly))
        .routes(routes!(busy_download::oneshot))
        .routes(routes!(queue::show))
        .routes(routes!(queue::add))
        .routes(routes!(queue::pause))
        .routes(routes!(queue::resume))
        .routes(routes!(graella::list))
        .routes(routes!(graella::show))
        .routes(routes!(graella::show_file))
        .routes(routes!(graella::cell))
        .routes(routes!(graella::retire))
        .routes(routes!(forcedturns::show))
        .routes(routes!(forcedturns::cell))
        .routes(routes!(forcedturns::add))
        .routes(routes!(forcedturns::remove))
        .routes(routes!(forcedturns::add_column))
        .routes(routes!(forcedturns::remove_column))
        .routes(routes!(calendar::calendar))
        .routes(routes!(calendar::credit))
        .routes(routes!(backchannel::open))
}
