//! Why a queue cannot be programmed as somebody asks.

use crate::storage::StorageError;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// No timetable fills this queue.
    #[error("no timetable fills the queue {0:?}: name it in [timetables.NAME] with program_queue = true")]
    NotProgrammed(String),
    /// A field's value cannot be taken.
    #[error("{field}: {why}")]
    Field {
        /// Which.
        field: &'static str,
        /// Why.
        why: String,
    },
    /// There is no such override, or it is over.
    #[error("there is no such override, or it is over")]
    NoOverride,
    /// The queue is not known at the moment.
    #[error("how the queue {0:?} is cannot be told: Asterisk is not connected, or has no such queue")]
    Unknown(String),
    /// Asterisk or the connection refused.
    #[error("{0}")]
    Refused(String),
    /// The database does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
