//! `/v1/contacts` and `/v1/lookup`: who calls. One endpoint, one file.

mod body;
mod delete;
mod get;
mod import;
mod list;
mod lookup;
mod put;
mod view;

use super::{
    endpoints::{Endpoints, routes},
    problem::Problem,
};
use crate::model::clean;

/// Longest id of a contact, in characters.
const LONGEST_ID: usize = 128;

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list))
        .routes(routes!(import::import))
        .routes(routes!(get::get, put::put, delete::delete))
        .routes(routes!(lookup::lookup))
}

/// Reads a contact's id out of a path.
fn id(text: String) -> Result<String, Problem> {
    let fits = !text.is_empty() && text.chars().count() <= LONGEST_ID && clean(&text, LONGEST_ID) == text;
    if fits {
        return Ok(text);
    }
    let what =
        format!("a contact's id has 1 to {LONGEST_ID} printable characters, and single spaces at most");
    Err(Problem::field("id", what))
}
