//! Who works here, and when they cannot answer telephones: persons in memory, absences in the store, both changed
//! through here.
//!
//! Whoever asks for a person waits for nobody: it is a look at everybody as last known. Changes of other daemons are
//! seen by the store's count of them.

mod absences;
mod error;
pub mod feeds;
mod keep;
pub mod lines;
mod plan;
mod roster;
pub mod table;
pub mod tomatic;

use std::sync::{Arc, PoisonError, RwLock};

use crate::{
    feed::Feed,
    model::{Person, PersonId},
    storage::Store,
};

pub use absences::take_known;
pub use error::PeopleError;
pub use feeds::{AbsenceFeeds, FeedState};
pub use roster::Roster;

/// Everybody who works here. Cheap to clone.
#[derive(Clone, Debug)]
pub struct People {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    feed: Feed,
    roster: RwLock<Arc<Roster>>,
    reading: tokio::sync::Mutex<()>,
}

impl People {
    /// Over an open store, with nobody in it yet: see [`People::reread`].
    #[must_use]
    pub fn new(store: Store, feed: Feed) -> Self {
        let roster = RwLock::new(Arc::new(Roster::unread()));
        Self { inner: Arc::new(Inner { store, feed, roster, reading: tokio::sync::Mutex::default() }) }
    }

    /// Everybody, as last known.
    #[must_use]
    pub fn all(&self) -> Arc<Roster> {
        // A change that panicked half-way left the one before.
        Arc::clone(&self.inner.roster.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The person of this id.
    #[must_use]
    pub fn get(&self, id: &PersonId) -> Option<Person> {
        self.all().get(id).cloned()
    }

    /// Whose extension it is.
    #[must_use]
    pub fn by_extension(&self, extension: &str) -> Option<Person> {
        self.all().by_extension(extension).cloned()
    }

    /// Whom a queue rings there: `PJSIP/201`.
    #[must_use]
    pub fn by_interface(&self, interface: &str) -> Option<Person> {
        self.all().by_interface(interface).cloned()
    }
}
