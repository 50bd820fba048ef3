//! Keeping the book: changes go to the store first, then into memory; what others changed is read again.

use std::{sync::PoisonError, time::Duration};

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{Routing, RoutingError, book::Book};
use crate::{
    model::{ListEntry, ListName, NumberMatch, Outcome, Rule, RuleId},
    storage::StorageError,
    tasks::clock,
};

/// A look that met a change is repeated at most so often.
const TRIES: u32 = 5;

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// Created, applied, unchanged, stale.
    pub outcome: Outcome,
    /// What is stored now; `None` if that is deleted.
    pub now: Option<T>,
}

impl Routing {
    /// Stores a rule if its version says so. On return it is on disk and holds.
    ///
    /// # Errors
    /// It cannot be, or could not be stored; nothing has changed.
    pub async fn put_rule(&self, rule: Rule) -> Result<Done<Rule>, RoutingError> {
        self.check(&rule)?;
        let put = self.inner.store.put_rule(&rule).await?;
        if put.outcome == Outcome::Conflict {
            return Err(RoutingError::Conflict);
        }
        if let (Some(revision), Some(rule)) = (put.revision, put.now.clone()) {
            self.changed(revision, |book| book.put(rule));
        }
        Ok(Done { outcome: put.outcome, now: put.now })
    }

    /// Deletes a rule: this version of it, or whatever is there. On return it holds no more.
    ///
    /// # Errors
    /// The store does not answer; nothing has changed.
    pub async fn delete_rule(&self, id: &RuleId, version: Option<i64>) -> Result<Outcome, StorageError> {
        let put = self.inner.store.delete_rule(id, version, clock::now()).await?;
        if let Some(revision) = put.revision {
            self.changed(revision, |book| book.remove(id));
        }
        Ok(put.outcome)
    }

    /// Puts somebody on a list.
    ///
    /// # Errors
    /// It could not be stored; nothing has changed.
    pub async fn put_entry(&self, entry: ListEntry) -> Result<Done<ListEntry>, RoutingError> {
        let put = self.inner.store.put_entry(&entry).await?;
        if put.outcome == Outcome::Conflict {
            return Err(RoutingError::Conflict);
        }
        if let (Some(revision), Some(entry)) = (put.revision, put.now.clone()) {
            self.changed(revision, |book| book.put_entry(entry));
        }
        Ok(Done { outcome: put.outcome, now: put.now })
    }

    /// Takes somebody off a list.
    ///
    /// # Errors
    /// The store does not answer; nothing has changed.
    pub async fn delete_entry(
        &self,
        list: ListName,
        number: &NumberMatch,
        version: Option<i64>,
    ) -> Result<Outcome, StorageError> {
        let put = self.inner.store.delete_entry(list, number, version, clock::now()).await?;
        if let Some(revision) = put.revision {
            self.changed(revision, |book| book.remove_entry(list, number));
        }
        Ok(put.outcome)
    }

    /// A change of ours, which the store counted as `revision`. If others changed something before it, the book's own
    /// count stays behind, and so it is read again.
    fn changed(&self, revision: i64, change: impl FnOnce(&mut Book)) {
        self.change(|book| {
            change(book);
            if revision == book.revision + 1 {
                book.revision = revision;
            }
            book.newest = book.newest.max(revision);
        });
        metrics::gauge!("stasisd_route_rules").set(self.len() as f64);
    }

    /// Reads the book if the store has another one.
    ///
    /// # Errors
    /// The store does not answer; the book stays as it is.
    pub async fn reread(&self) -> Result<(), StorageError> {
        for _ in 0..TRIES {
            let known = self.look(|book| book.revision);
            if self.inner.store.routing_revision().await? == known {
                return Ok(());
            }
            let stored = self.inner.store.routing_book(clock::now()).await?;
            let book = Book::new(stored.rules, stored.entries, stored.revision);
            let mut place = self.inner.book.write().unwrap_or_else(PoisonError::into_inner);
            // A change of ours that came meanwhile is not among what was read.
            if place.newest <= book.revision {
                let old = std::mem::replace(&mut *place, book);
                drop(place);
                // Many rules take their time to be freed: nobody waits for that.
                drop(old);
                metrics::gauge!("stasisd_route_rules").set(self.len() as f64);
                tracing::debug!(rules = self.len(), revision = stored.revision, "the rule book is read");
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads the book again and forgets expired rules, until it is to stop.
    pub async fn run(&self, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(Duration::from_secs(self.inner.reread_secs.max(1)));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut is_known = true;
        while stop.run_until_cancelled(ticks.tick()).await.is_some() {
            let read = self.reread().await;
            if let (Err(error), true) = (&read, is_known) {
                tracing::warn!(%error, "the rule book cannot be read: calls go by the last known one");
            }
            is_known = read.is_ok();
            self.forget_expired(clock::now());
        }
    }

    fn forget_expired(&self, now: Timestamp) {
        let expired = self.look(|book| book.expired(now));
        if !expired.is_empty() {
            // One may have been extended meanwhile.
            self.change(|book| expired.iter().for_each(|id| book.forget(id, now)));
        }
    }
}
