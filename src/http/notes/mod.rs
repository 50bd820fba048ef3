//! `/v1/notes` and `/v1/categories`: what calls were about. One endpoint, one file.

mod add;
mod body;
mod categories;
mod delete;
mod edit;
mod export;
mod get;
mod list;
mod statistics;
mod view;

use super::{
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
};
use crate::{directory::notes::NoteError, model::NoteId};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list, add::add))
        .routes(routes!(export::export))
        .routes(routes!(statistics::statistics))
        .routes(routes!(get::get, edit::edit, delete::delete))
        .routes(routes!(categories::list, categories::put))
}

/// Reads a note's id out of a path.
fn id(text: &str) -> Result<NoteId, Problem> {
    NoteId::parse(text).ok_or_else(|| Problem::field("id", "a note's id is a UUID"))
}

fn unknown(id: NoteId) -> Problem {
    Problem::new(Code::NotFound, format!("there is no note {id}"))
}

impl From<NoteError> for Problem {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::Field { field, why } => Self::field(field, why),
            NoteError::Storage(error) => error.into(),
        }
    }
}
