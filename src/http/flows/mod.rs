//! `/v1/flows`: what callers hear. One endpoint, one file.

mod get;
mod graph;
mod list;
mod reload;

use super::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list))
        .routes(routes!(reload::reload))
        .routes(routes!(get::get))
        .routes(routes!(graph::graph))
}

/// What there is of a flow, or the problem that there is none. The name comes from outside: it is looked up
/// among the flows that are loaded and is no path.
fn known<T>(found: Option<T>, name: &str) -> Result<T, Problem> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    found.ok_or_else(|| Problem::new(Code::NotFound, format!("there is no flow {name:?}")))
}
