//! `/v1/pairings`: who may call whom without seeing the other's number. One endpoint, one file.

mod delete;
mod get;
mod put;
mod view;

use super::{
    endpoints::{Endpoints, routes},
    problem::Problem,
};
use crate::model::OrderId;

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(get::get, put::put, delete::delete))
}

/// Reads a pairing's id out of a path.
fn id(text: &str) -> Result<OrderId, Problem> {
    OrderId::parse(text).ok_or_else(|| {
        Problem::field("id", "a pairing's id has 1 to 128 of the characters A-Z a-z 0-9 . _ : -")
    })
}
