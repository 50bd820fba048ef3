//! `/v1/absences`: when persons cannot answer telephones. One endpoint, one file.

mod check;
mod delete;
mod feeds;
mod get;
mod list;
mod post;
mod put;
mod view;

use uuid::Uuid;

pub(super) use self::view::KindView;
use super::{
    endpoints::{Endpoints, routes},
    problem::Problem,
};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list, post::post))
        .routes(routes!(check::check))
        .routes(routes!(feeds::feeds))
        .routes(routes!(get::get, put::put, delete::delete))
}

/// Reads an absence's id out of a path.
fn id(text: &str) -> Result<Uuid, Problem> {
    Uuid::try_parse(text).map_err(|_| Problem::field("id", "an absence's id is a UUID"))
}
