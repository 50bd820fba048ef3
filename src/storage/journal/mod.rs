//! The journal: call positions, the ledger's rows and events, written behind in groups, so that a commit serves
//! many calls.
//!
//! Saving never waits. While the database is away everything is kept (the latest row of each call, attempt and
//! order, and so many events) and written when it is back.

mod batch;
mod inbox;
mod refused;
mod run;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::{Notify, broadcast, watch},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use self::{inbox::Inbox, refused::Refused, run::Writer};
use super::{StorageError, Store, row::Row};
use crate::{
    config::StorageConfig,
    model::{Attempt, CallOrder, CallRecord, Notice},
};

/// Where calls leave their records. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
    /// Closed when the writer has ended.
    progress: watch::Receiver<Progress>,
    deadline: Duration,
}

/// How far the writer is.
#[derive(Clone, Copy, Debug, Default)]
struct Progress {
    /// Every save up to this number is on disk.
    saves: u64,
    /// Every wish up to this number is fulfilled: the events posted before it are on disk.
    wishes: u64,
}

/// What the writer and those who save hold together.
struct Shared {
    inbox: Mutex<Inbox>,
    feeds: Mutex<Vec<broadcast::Receiver<Arc<Notice>>>>,
    /// Something waits in an inbox that was empty.
    wake: Notify,
    /// Somebody waits for the disk.
    hurry: Notify,
    /// Attempts that will never be on disk.
    refused: Mutex<Refused>,
    is_healthy: AtomicBool,
    last_error: Mutex<Option<StorageError>>,
}

impl Journal {
    /// Starts the writer. When `shutdown` is cancelled it writes what there is and ends; the handle tells when.
    #[must_use]
    pub fn start(
        store: Store,
        config: &StorageConfig,
        shutdown: CancellationToken,
    ) -> (Self, JoinHandle<()>) {
        let shared = Arc::new(Shared {
            inbox: Mutex::default(),
            feeds: Mutex::default(),
            wake: Notify::new(),
            hurry: Notify::new(),
            refused: Mutex::default(),
            is_healthy: AtomicBool::new(true),
            last_error: Mutex::default(),
        });
        let (sender, progress) = watch::channel(Progress::default());
        let window = Duration::from_millis(config.group_commit_ms);
        let deadline = Duration::from_millis(config.statement_timeout_ms.max(1)) + window;
        let writer = Writer::new(store, Arc::clone(&shared), sender, window, shutdown);
        (Self { shared, progress, deadline }, tokio::spawn(writer.run()))
    }

    /// Takes a call's record to be written soon. Never waits; a record of the same call that is not written
    /// yet is replaced, except that nothing replaces an ended one.
    pub fn save(&self, record: Arc<CallRecord>) {
        self.take(Row::Call(record));
    }

    /// Takes an attempt as [`Journal::save`] takes a call. Dial when [`Journal::flushed`] has come back well, or
    /// use [`Journal::commit_attempt`], which does both.
    pub fn save_attempt(&self, attempt: Arc<Attempt>) {
        self.take(Row::Attempt(attempt));
    }

    /// Takes what became of an accepted order as [`Journal::save`] takes a call: its state, attempts, next
    /// time, reach and end. What was saved before one `flushed` is written in the order of the saves, as many
    /// as fit in one transaction.
    pub fn save_order(&self, order: Arc<CallOrder>) {
        self.take(Row::Order(order));
    }

    /// Takes an attempt and waits until it is on disk, with everything that was saved before it.
    ///
    /// # Errors
    /// As [`Journal::flushed`]; and why the database refuses this attempt for good. It must not be dialled then;
    /// after a temporary error it is written later all the same, so save how it ended.
    pub async fn commit_attempt(&self, attempt: Arc<Attempt>) -> Result<(), StorageError> {
        let id = attempt.id;
        self.save_attempt(attempt);
        self.flushed().await?;
        lock(&self.shared.refused).take(id).map_or(Ok(()), Err)
    }

    fn take(&self, row: Row) {
        if lock(&self.shared.inbox).save(row) {
            self.shared.wake.notify_one();
        }
    }

    /// Writes the feed's notices from now on, a moment behind (up to a second when there are many): they tell
    /// what happened, and nothing waits for them. When the journal falls further behind than the feed is deep, the oldest are lost and counted
    /// (`stasisd_journal_dropped_total`).
    pub fn follow(&self, feed: broadcast::Receiver<Arc<Notice>>) {
        lock(&self.shared.feeds).push(feed);
    }

    /// Waits until every row that was saved before is on disk, or refused by the database for good.
    ///
    /// # Errors
    /// After `storage.statement_timeout_ms`: why nothing can be written, or `Deadline`. The records are kept
    /// and written later all the same.
    pub async fn flushed(&self) -> Result<(), StorageError> {
        let ticket = lock(&self.shared.inbox).last();
        if self.progress.borrow().saves < ticket {
            self.shared.hurry.notify_one();
        }
        self.reached(|progress| progress.saves >= ticket).await
    }

    /// Waits until every notice that was posted before is on disk: for whoever reads stored events and goes on
    /// with the feed.
    ///
    /// # Errors
    /// As [`Journal::flushed`].
    pub async fn caught_up(&self) -> Result<(), StorageError> {
        let ticket = lock(&self.shared.inbox).wish_events();
        self.shared.wake.notify_one();
        self.shared.hurry.notify_one();
        self.reached(|progress| progress.wishes >= ticket).await
    }

    async fn reached(&self, is_done: impl FnMut(&Progress) -> bool) -> Result<(), StorageError> {
        let mut progress = self.progress.clone();
        match timeout(self.deadline, progress.wait_for(is_done)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(StorageError::Unavailable("the journal has ended".to_owned())),
            Err(_) => Err(lock(&self.shared.last_error).clone().unwrap_or(StorageError::Deadline)),
        }
    }

    /// False while nothing can be written: full disk, database away.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.shared.is_healthy.load(Ordering::Relaxed)
    }
}

/// A panic while the lock was held leaves whole values behind: each change is one step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
