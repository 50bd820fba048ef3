//! What can go wrong with rules, in this room's words.

use super::check::Unfit;
use crate::storage::StorageError;

/// Why a rule or a list entry was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoutingError {
    /// The rule cannot be.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The same version is stored with another content.
    #[error("this version is stored with another content; send a higher one")]
    Conflict,
    /// The store does not answer.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
