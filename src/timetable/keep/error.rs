//! Why something about a timetable was not done.

use crate::{storage::StorageError, timetable::edit::EditRefused};

/// Why something about a timetable was not done.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum TimetableError {
    /// No such timetable is configured.
    #[error("there is no timetable {name:?}; [timetables.NAME] of the configuration has {known}")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The table does not take the change.
    #[error(transparent)]
    Refused(#[from] EditRefused),
    /// The planner cannot do this now.
    #[error("{0}")]
    Planning(String),
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
