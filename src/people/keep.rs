//! Persons are changed: first in the store, then in memory, then it is told.

use std::{collections::BTreeSet, sync::Arc, sync::PoisonError, time::Duration};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{People, PeopleError, Roster, plan};
use crate::{
    model::{NoticeKind, Person, PersonId},
    storage::{PeopleChange, Persons, StorageError},
    tasks::clock,
};

/// How often it is looked whether another daemon, or the command line, has changed somebody.
const REREAD: Duration = Duration::from_secs(2);

impl People {
    /// Stores persons, each in the place of what was there: all of them or none. On return they are on disk and known.
    /// Gives those who are other than before.
    ///
    /// # Errors
    /// A field that cannot be taken, an extension that is somebody else's; nothing has changed.
    pub async fn put(&self, persons: Vec<Person>) -> Result<Vec<Person>, PeopleError> {
        Ok(self.change(move |known| plan::put(known, persons)).await?.put)
    }

    /// Changes persons by what is known of everybody at that moment; as [`People::put`].
    ///
    /// # Errors
    /// What `make` refuses, and as [`People::put`].
    pub async fn put_with(
        &self,
        make: impl FnOnce(&Persons) -> Result<Vec<Person>, PeopleError> + Send,
    ) -> Result<Vec<Person>, PeopleError> {
        Ok(self.change(move |known| plan::put(known, make(known)?)).await?.put)
    }

    /// Deletes somebody with their absences; false: there was nobody.
    ///
    /// # Errors
    /// Somebody with the role `admin`, or the store does not answer; nothing has changed.
    pub async fn delete(&self, id: &PersonId) -> Result<bool, PeopleError> {
        let change = self.change(|known| plan::delete(known, id)).await?;
        Ok(!change.delete.is_empty())
    }

    /// Adds persons to groups and takes them out of others; gives those who are other than before.
    ///
    /// # Errors
    /// Somebody is not there, a group's name cannot be; nothing has changed.
    pub async fn regroup(
        &self,
        persons: &BTreeSet<PersonId>,
        add: &BTreeSet<String>,
        remove: &BTreeSet<String>,
    ) -> Result<Vec<Person>, PeopleError> {
        Ok(self.change(|known| plan::regroup(known, persons, add, remove)).await?.put)
    }

    /// Gives a group another name; its absences follow. Gives its members.
    ///
    /// # Errors
    /// There is no such group, or one of the new name.
    pub async fn rename_group(&self, old: &str, new: &str) -> Result<Vec<Person>, PeopleError> {
        Ok(self.change(|known| plan::rename(known, old, new)).await?.put)
    }

    /// Takes everybody out of a group, whose absences go with it. Gives those who were in it.
    ///
    /// # Errors
    /// There is no such group.
    pub async fn delete_group(&self, name: &str) -> Result<Vec<Person>, PeopleError> {
        Ok(self.change(|known| plan::drop(known, name)).await?.put)
    }

    async fn change(
        &self,
        plan: impl FnOnce(&Persons) -> Result<PeopleChange, PeopleError> + Send,
    ) -> Result<PeopleChange, PeopleError> {
        let change = self.inner.store.change_people(clock::now(), plan).await??;
        if change.is_empty() {
            return Ok(change);
        }
        if let Err(error) = self.reread().await {
            tracing::warn!(%error, "persons have changed and cannot be read; trying again");
        }
        let put = change.put.iter().map(|person| (&person.id, false));
        for (person, deleted) in put.chain(change.delete.iter().map(|id| (id, true))) {
            self.tell(person, deleted);
        }
        Ok(change)
    }

    fn tell(&self, person: &PersonId, deleted: bool) {
        let data = json!({ "person": person, "deleted": deleted });
        self.inner.feed.post(NoticeKind::PersonChanged, None, data);
    }

    /// Reads everybody if the store has others.
    ///
    /// # Errors
    /// The store does not answer; everybody stays as last known.
    pub async fn reread(&self) -> Result<(), StorageError> {
        self.read().await.map(|_| ())
    }

    /// As [`People::reread`]; gives who was known before, if that has changed.
    async fn read(&self) -> Result<Option<Arc<Roster>>, StorageError> {
        // One after the other: who read later has the newer ones.
        let _turn = self.inner.reading.lock().await;
        let before = self.all();
        if self.inner.store.people_revision().await? == before.revision {
            return Ok(None);
        }
        let (persons, revision) = self.inner.store.persons().await?;
        let read = Arc::new(Roster::new(persons, revision));
        *self.inner.roster.write().unwrap_or_else(PoisonError::into_inner) = read;
        Ok(Some(before))
    }

    /// Reads everybody if somebody else has changed them, and tells who is other than before. A change of our own that
    /// comes at this moment may be told twice.
    ///
    /// # Errors
    /// The store does not answer; everybody stays as last known.
    pub async fn follow(&self) -> Result<(), StorageError> {
        let Some(before) = self.read().await? else { return Ok(()) };
        let now = self.all();
        for person in now.iter().filter(|person| before.get(&person.id) != Some(person)) {
            self.tell(&person.id, false);
        }
        for person in before.iter().filter(|person| now.get(&person.id).is_none()) {
            self.tell(&person.id, true);
        }
        Ok(())
    }

    /// Follows what others change, until it is to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(REREAD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_known = true;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let read = self.follow().await;
            if let (Err(error), true) = (&read, is_known) {
                tracing::warn!(%error, "persons cannot be read: they stay as last known");
            }
            is_known = read.is_ok();
        }
    }
}
