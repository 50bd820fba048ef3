//! One stream's events in the order of their ids, without gap or double: first from the store, then live.
//!
//! The feed is watched before the store is read, and the store is read until it has what was newest when
//! watching began, for it is written behind. A stream that falls behind the feed goes back to the store, so a
//! slow client costs no memory. What neither has is told as a gap.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::{sleep, timeout},
};

use super::{
    filter::Filter,
    frame::{self, Gap},
};
use crate::{
    feed::{Attendance, Feed},
    model::Notice,
    storage::{StorageError, Store},
};

/// Events read from the store at once.
const PAGE: u32 = 256;
/// How long the store may be behind the feed, or away, before that is told as a gap.
const STORE_DEADLINE: Duration = Duration::from_secs(5);
/// How often it is looked again.
const STORE_PAUSE: Duration = Duration::from_millis(20);
/// A sign of life is sent in a silence of this length.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where a stream is, and where it reads.
pub(super) struct Source {
    store: Store,
    feed: Feed,
    _attendance: Attendance,
    live: Receiver<Arc<Notice>>,
    filter: Filter,
    /// The last id that was given or passed over.
    last: i64,
    /// The store is read until this id is there; what comes after is in `live`.
    until: i64,
    ready: VecDeque<Bytes>,
}

impl Source {
    /// Starts after the id `after`, or with what happens from now on.
    pub(super) async fn open(
        store: Store,
        feed: Feed,
        filter: Filter,
        after: Option<i64>,
    ) -> Result<Self, StorageError> {
        let (newest, live) = feed.watch_after();
        let last = after.unwrap_or(newest);
        let attendance = feed.attend();
        let ready = VecDeque::from([frame::hello()]);
        let mut source =
            Self { store, feed, _attendance: attendance, live, filter, last, until: newest, ready };
        if last > newest {
            source.gap(newest, "the id is later than any of ours");
        } else if after.is_some_and(|id| id > 0) {
            source.look_for_lost().await?;
        }
        Ok(source)
    }

    /// The next piece of text; `None` when the feed is gone.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.ready.pop_front() {
                return Some(bytes);
            }
            if self.last < self.until {
                self.catch_up().await;
                continue;
            }
            match timeout(KEEP_ALIVE, self.live.recv()).await {
                Ok(Ok(notice)) => self.take(&notice),
                // The store has what the feed dropped; what the feed still holds comes after it.
                Ok(Err(RecvError::Lagged(_))) => self.until = self.feed.newest(),
                Ok(Err(RecvError::Closed)) => return None,
                Err(_) => self.ready.push_back(frame::keep_alive(self.last)),
            }
        }
    }

    /// Retention took events away that the client has not seen.
    async fn look_for_lost(&mut self) -> Result<(), StorageError> {
        let oldest = self.store.oldest_event().await?;
        // With nothing stored, all that is left are this daemon's own events.
        let oldest = oldest.unwrap_or_else(|| self.feed.started() + 1);
        if self.last < oldest - 1 {
            self.gap(oldest - 1, "what was before is no longer kept");
        }
        Ok(())
    }

    /// Reads one page of the store, waiting for it if it is behind or away.
    async fn catch_up(&mut self) {
        match timeout(STORE_DEADLINE, self.page()).await {
            Ok(page) if page.is_empty() => self.last = self.until,
            Ok(page) => page.iter().for_each(|notice| self.take(notice)),
            Err(_) => {
                tracing::warn!(after = self.last, "an event stream did not get events from the store");
                self.gap(self.until, "the store did not have it in time");
            }
        }
    }

    /// The next page; empty only if there will be none.
    async fn page(&self) -> Vec<Notice> {
        loop {
            match self.store.events_after(self.last, PAGE).await {
                Ok(page) if !page.is_empty() => return page,
                // Nothing was posted since the daemon started, and an earlier one's events are all there.
                Ok(page) if self.until <= self.feed.started() => return page,
                Ok(_) | Err(_) => sleep(STORE_PAUSE).await,
            }
        }
    }

    fn take(&mut self, notice: &Notice) {
        if notice.id <= self.last {
            return;
        }
        self.last = notice.id;
        if self.filter.wants(notice) {
            self.ready.push_back(frame::event(notice));
        }
    }

    fn gap(&mut self, resume: i64, why: &'static str) {
        self.ready.push_back(frame::gap(&Gap { after: self.last, resume, why }));
        self.last = resume;
    }
}
