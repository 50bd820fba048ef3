//! Other rooms' errors and axum's own refusals as problems.

use axum::extract::rejection::{PathRejection, QueryRejection};

use super::{code::Code, control::ControlError, problem::Problem};
use crate::{
    outbound::{EditError, NotifyError, OrderError, Rejected},
    queue::program::ProgramError,
    routing::{RoutingError, Unfit},
    storage::StorageError,
};

/// What a client waits before it tries something temporary again.
const RETRY_SECS: u64 = 2;

impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::BadCursor => Self::new(Code::InvalidCursor, error.to_string()).at("cursor"),
            StorageError::Full => {
                tracing::error!(%error, "nothing can be stored");
                Self::new(Code::StorageFull, "nothing was stored: the database's disk is full")
            }
            error if error.is_temporary() => {
                tracing::warn!(%error, "the database did not do it");
                Self::later(Code::Unavailable, RETRY_SECS, "the database is not available; try again")
            }
            error => {
                tracing::error!(%error, "the database failed");
                Self::new(Code::Internal, "the database failed; the log says why")
            }
        }
    }
}

impl From<ControlError> for Problem {
    fn from(error: ControlError) -> Self {
        match error {
            ControlError::NotLive => Self::new(Code::CallNotLive, error.to_string()),
            ControlError::Unavailable(why) => Self::later(Code::Unavailable, RETRY_SECS, why),
            ControlError::Refused(why) => Self::new(Code::CallRefused, why),
            ControlError::Failed(why) => Self::new(Code::Failed, why),
        }
    }
}

impl From<Rejected> for Problem {
    fn from(rejected: Rejected) -> Self {
        Self::field(rejected.field, rejected.what)
    }
}

impl From<OrderError> for Problem {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Rejected(rejected) => rejected.into(),
            OrderError::Conflict => {
                Self::new(Code::IdempotencyConflict, error.to_string()).at("idempotency_key")
            }
            OrderError::Storage(error) => error.into(),
        }
    }
}

impl From<EditError> for Problem {
    fn from(error: EditError) -> Self {
        match error {
            EditError::Rejected(rejected) => rejected.into(),
            EditError::NotWaiting => Self::new(Code::CallOrderNotWaiting, error.to_string()),
            EditError::Storage(error) => error.into(),
        }
    }
}

impl From<NotifyError> for Problem {
    fn from(error: NotifyError) -> Self {
        match error {
            NotifyError::Unknown(_) => Self::new(Code::NotFound, error.to_string()),
            NotifyError::NoPhone(_) => Self::new(Code::OrderWithoutPhone, error.to_string()),
            NotifyError::Storage(error) => error.into(),
        }
    }
}

impl From<ProgramError> for Problem {
    fn from(error: ProgramError) -> Self {
        match error {
            ProgramError::NotProgrammed(_) | ProgramError::NoOverride => {
                Self::new(Code::NotFound, error.to_string())
            }
            ProgramError::Field { field, why } => Self::field(field, why),
            ProgramError::Unknown(_) => Self::later(Code::Unavailable, RETRY_SECS, error.to_string()),
            ProgramError::Refused(why) => Self::new(Code::Failed, why),
            ProgramError::Storage(error) => error.into(),
        }
    }
}

impl From<Unfit> for Problem {
    fn from(unfit: Unfit) -> Self {
        Self::field(unfit.field, unfit.what)
    }
}

impl From<RoutingError> for Problem {
    fn from(error: RoutingError) -> Self {
        match error {
            RoutingError::Unfit(unfit) => unfit.into(),
            RoutingError::Conflict => Self::new(Code::VersionConflict, error.to_string()),
            RoutingError::Storage(error) => error.into(),
        }
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(Code::MalformedPath, rejection.body_text())
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(Code::InvalidQuery, rejection.body_text())
    }
}
