//! The journal: call positions and events, written behind in groups, so that a commit serves many calls.
//!
//! Saving never waits. While the database is away everything is kept (the latest record of each call, and so
//! many events) and written when it is back.

mod inbox;
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

use self::{inbox::Inbox, run::Writer};
use super::{StorageError, Store};
use crate::{
    config::StorageConfig,
    model::{CallRecord, Notice},
};

/// Where calls leave their records. Cheap to clone.
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
    /// Every save up to this number is on disk; closed when the writer has ended.
    written: watch::Receiver<u64>,
    deadline: Duration,
}

/// What the writer and those who save hold together.
struct Shared {
    inbox: Mutex<Inbox>,
    feeds: Mutex<Vec<broadcast::Receiver<Arc<Notice>>>>,
    /// Something waits in an inbox that was empty.
    wake: Notify,
    /// Somebody waits for the disk.
    hurry: Notify,
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
            is_healthy: AtomicBool::new(true),
            last_error: Mutex::default(),
        });
        let (sender, written) = watch::channel(0);
        let window = Duration::from_millis(config.group_commit_ms);
        let deadline = Duration::from_millis(config.statement_timeout_ms.max(1)) + window;
        let writer = Writer::new(store, Arc::clone(&shared), sender, window, shutdown);
        (Self { shared, written, deadline }, tokio::spawn(writer.run()))
    }

    /// Takes a call's record to be written soon. Never waits; a record of the same call that is not written
    /// yet is replaced, except that nothing replaces an ended one.
    pub fn save(&self, record: Arc<CallRecord>) {
        if lock(&self.shared.inbox).save(record) {
            self.shared.wake.notify_one();
        }
    }

    /// Writes the feed's notices from now on. They are read in groups; when the journal falls further behind
    /// than the feed is deep, the oldest are lost and counted (`stasisd_journal_dropped_total`).
    pub fn follow(&self, feed: broadcast::Receiver<Arc<Notice>>) {
        lock(&self.shared.feeds).push(feed);
    }

    /// Has every record that was saved before written at once, and the notices before them, and waits for the disk.
    ///
    /// # Errors
    /// After `storage.statement_timeout_ms`: why nothing can be written, or `Deadline`. The records are kept
    /// and written later all the same.
    pub async fn flushed(&self) -> Result<(), StorageError> {
        let ticket = lock(&self.shared.inbox).last();
        let mut written = self.written.clone();
        if *written.borrow() < ticket {
            self.shared.hurry.notify_one();
        }
        match timeout(self.deadline, written.wait_for(|number| *number >= ticket)).await {
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
