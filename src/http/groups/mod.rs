//! `/v1/groups`: in which groups persons are. One endpoint, one file.

mod delete;
mod list;
mod rename;

use utoipa_axum::{router::OpenApiRouter, routes};

use super::state::App;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list::list)).routes(routes!(rename::rename, delete::delete))
}
