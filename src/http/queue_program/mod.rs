//! `/v1/queues/{queue}/plan`, `drift` and `overrides`: queues that timetables fill. One endpoint, one file.

mod add;
mod drift;
mod end;
mod list;
mod plan;
mod view;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(plan::all))
        .routes(routes!(drift::all))
        .routes(routes!(plan::plan))
        .routes(routes!(drift::drift))
        .routes(routes!(list::list, add::add))
        .routes(routes!(end::end))
}
