//! `/v1/orders`: what callers are told about. One endpoint, one file.

mod body;
mod delete;
mod get;
mod list;
mod notify;
mod put;
mod view;

pub(super) use self::{
    body::{expiry, version},
    view::OutcomeView,
};

use super::{
    endpoints::{Endpoints, routes},
    problem::Problem,
};
use crate::model::OrderId;

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list))
        .routes(routes!(get::get, put::put, delete::delete))
        .routes(routes!(notify::notify))
}

/// Reads an order's id out of a path.
fn id(text: &str) -> Result<OrderId, Problem> {
    OrderId::parse(text).ok_or_else(|| {
        Problem::field("id", "an order's id has 1 to 128 of the characters A-Z a-z 0-9 . _ : -")
    })
}
