//! `/v1/timetables`: weeks kept, edited, printed, planned. One endpoint, one file.

mod body;
pub(super) mod calendar;
mod cells;
mod conflicts;
mod credit;
mod formats;
mod get;
mod lines;
mod list;
mod loads;
mod log;
mod plannings;
mod put;
mod state;
mod steps;
mod swap;
mod view;

use super::{
    auth::May,
    clock,
    code::Code,
    endpoints::{Endpoints, routes},
    problem::Problem,
    scope::Needs,
};
use crate::{
    model::{Sheet, Week},
    timetable::{By, EditRefused, TimetableError},
};

pub(super) fn routes() -> Endpoints {
    Endpoints::new()
        .routes(routes!(list::list))
        .routes(routes!(list::weeks))
        .routes(routes!(get::get, put::put))
        .routes(routes!(cells::cells))
        .routes(routes!(swap::swap))
        .routes(routes!(steps::undo))
        .routes(routes!(steps::redo))
        .routes(routes!(log::log))
        .routes(routes!(conflicts::conflicts))
        .routes(routes!(loads::loads))
        .routes(routes!(lines::add, lines::remove))
        .routes(routes!(state::publish))
        .routes(routes!(state::withdraw))
        .routes(routes!(state::retire))
        .routes(routes!(credit::get, credit::put))
        .routes(routes!(calendar::get, calendar::create, calendar::revoke))
        .merge(plannings::routes())
}

/// Reads a week, or `forced`, out of a path.
pub(super) fn sheet(text: &str) -> Result<Sheet, Problem> {
    Sheet::parse(text).map_err(|why| Problem::field("week", why))
}

/// Reads a week out of a path or a query.
pub(super) fn week(text: &str) -> Result<Week, Problem> {
    Week::parse(text).map_err(|why| Problem::field("week", why))
}

/// Who edits: the token's name stands in the log.
pub(super) fn by<S: Needs>(who: &May<S>, version: Option<i64>, force: bool) -> By {
    By { who: who.token.name.clone(), at: clock::now(), version, force }
}

impl From<TimetableError> for Problem {
    fn from(error: TimetableError) -> Self {
        let text = error.to_string();
        match error {
            TimetableError::Unknown { .. } => Self::new(Code::NotFound, text),
            TimetableError::Refused(refused) => match refused {
                EditRefused::OutOfBounds { field, why } => Self::field(field, why),
                EditRefused::Absent => Self::new(Code::NotFound, text),
                EditRefused::Changed { .. } | EditRefused::Version { .. } | EditRefused::Others { .. } => {
                    Self::new(Code::TimetableChanged, text)
                }
                _ => Self::new(Code::TimetableRefused, text),
            },
            TimetableError::Planning(_) => Self::new(Code::TimetableRefused, text),
            TimetableError::Storage(error) => error.into(),
        }
    }
}
