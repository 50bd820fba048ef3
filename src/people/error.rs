//! What can go wrong with persons and absences, in this room's words.

use uuid::Uuid;

use crate::{model::PersonId, storage::StorageError};

/// Why a person or an absence was not stored.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeopleError {
    /// A field that cannot be taken.
    #[error("{field}: {why}")]
    Field {
        /// Which.
        field: String,
        /// Why, and how to mend it.
        why: String,
    },
    /// Somebody else has it.
    #[error("{field}: {value} is {name}'s ({person}); take it from there first")]
    Taken {
        /// `extension` or `interface`.
        field: &'static str,
        /// What was wanted.
        value: String,
        /// Whose it is.
        person: PersonId,
        /// How they are called.
        name: String,
    },
    /// Nobody has this id.
    #[error("there is no person {0}")]
    NoPerson(PersonId),
    /// Somebody who has to be there.
    #[error("{0} has the role admin: take the role away first")]
    Admin(PersonId),
    /// Nobody is in it.
    #[error("there is no group {0:?}")]
    NoGroup(String),
    /// Another one has the name already.
    #[error("there is a group {0:?} already: put its people in it instead")]
    GroupThere(String),
    /// No absence has this id.
    #[error("there is no absence {0}")]
    NoAbsence(Uuid),
    /// It is the feed's to change.
    #[error("it came from the feed {0:?}, which would bring it back: change it there")]
    FromFeed(String),
    /// The store.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl PeopleError {
    pub(super) fn field(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Field { field: field.into(), why: why.into() }
    }
}
