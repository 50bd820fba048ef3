//! `/v1/groups`: in which groups persons are. One endpoint, one file.

mod delete;
mod list;
mod rename;

use super::endpoints::{Endpoints, routes};

pub(super) fn routes() -> Endpoints {
    Endpoints::new().routes(routes!(list::list)).routes(routes!(rename::rename, delete::delete))
}
