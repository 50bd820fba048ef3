//! `/v1/lists/{list}`: callers who are blocked, callers who are treated better. One endpoint, one file.

mod delete;
mod list;
mod put;
mod view;

use super::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
    state::App,
};
use crate::model::{ListName, NumberMatch};

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(list::list)).routes(routes!(put::put, delete::delete))
}

/// Reads a list's name out of a path.
fn list(text: &str) -> Result<ListName, Problem> {
    let found = ListName::parse(text);
    found.ok_or_else(|| {
        Problem::new(Code::NotFound, format!("there is no list {text:?}: there are block, vip"))
    })
}

/// Reads who stands on a list out of a path.
fn number(app: &App, text: &str) -> Result<NumberMatch, Problem> {
    NumberMatch::parse(text, app.rooms.country).map_err(|what| Problem::field("number", what))
}
