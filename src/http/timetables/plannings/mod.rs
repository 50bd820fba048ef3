//! `/v1/timetables/{name}/plannings`: runs of the planner. One endpoint, one file.

mod delete;
mod get;
mod list;
mod publish;
mod start;
mod stop;

use uuid::Uuid;

use crate::http::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list, start::start))
        .routes(routes!(get::get, delete::delete))
        .routes(routes!(stop::stop))
        .routes(routes!(publish::publish))
}

fn unknown(id: Uuid) -> Problem {
    Problem::new(Code::NotFound, format!("there is no planning {id}"))
}
