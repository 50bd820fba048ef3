//! `/v1/persons`: who works here. One endpoint, one file.

mod busy;
mod delete;
mod get;
mod list;
mod put;
mod regroup;
mod view;

use super::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
};
use crate::{model::PersonId, people::PeopleError};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list))
        .routes(routes!(regroup::regroup))
        .routes(routes!(get::get, put::put, delete::delete))
        .routes(routes!(busy::busy))
}

/// Reads a person's id.
pub(super) fn id(field: &str, text: &str) -> Result<PersonId, Problem> {
    PersonId::parse(text).map_err(|why| Problem::field(field, why))
}

impl From<PeopleError> for Problem {
    fn from(error: PeopleError) -> Self {
        match error {
            PeopleError::Field { field, why } => Self::field(field, why),
            PeopleError::Taken { field, .. } => Self::new(Code::Taken, error.to_string()).at(field),
            PeopleError::GroupThere(_) => Self::new(Code::Taken, error.to_string()).at("name"),
            PeopleError::FromFeed(_) | PeopleError::Admin(_) => Self::new(Code::Taken, error.to_string()),
            PeopleError::NoPerson(_) | PeopleError::NoGroup(_) | PeopleError::NoAbsence(_) => {
                Self::new(Code::NotFound, error.to_string())
            }
            PeopleError::Storage(error) => error.into(),
        }
    }
}
