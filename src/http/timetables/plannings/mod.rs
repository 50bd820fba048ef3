//! `/v1/timetables/{name}/plannings`: runs of the planner. One endpoint, one file.

pub(super) mod delete;
pub(super) mod get;
pub(super) mod list;
pub(super) mod publish;
pub(super) mod start;
pub(super) mod stop;

use uuid::Uuid;

use crate::http::{code::Code, problem::Problem};

fn unknown(id: Uuid) -> Problem {
    Problem::new(Code::NotFound, format!("there is no planning {id}"))
}
