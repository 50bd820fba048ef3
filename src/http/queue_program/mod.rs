//! `/v1/queues/{queue}/plan`, `drift` and `overrides`: queues that timetables fill. One endpoint, one file.

mod add;
mod drift;
mod end;
mod list;
mod plan;
mod view;

use super::endpoints::{Endpoints, routes};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(plan::all))
        .routes(routes!(drift::all))
        .routes(routes!(plan::plan))
        .routes(routes!(drift::drift))
        .routes(routes!(list::list, add::add))
        .routes(routes!(end::end))
}
