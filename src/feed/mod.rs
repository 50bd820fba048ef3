//! The feed: a bounded, lossy broadcast of notices. Engines post, doors watch; nobody waits for anybody.

mod audience;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::broadcast;

pub use audience::Attendance;

use self::audience::Audience;
use crate::model::{CallId, Notice, NoticeKind};

/// Notices a slow watcher may be behind before it loses the oldest.
const DEPTH: usize = 8_192;

/// Where notices are posted. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed {
    sender: broadcast::Sender<Arc<Notice>>,
    /// The newest id. Held while a notice is sent, so that watchers get ids in rising order: who resumes
    /// after the last id seen would otherwise miss one that was overtaken.
    last: Arc<Mutex<i64>>,
    /// Ids of this daemon's notices are all above it.
    started: i64,
    audience: Arc<Audience>,
}

impl Default for Feed {
    fn default() -> Self {
        Self::new()
    }
}

impl Feed {
    /// A feed whose ids start at the present microsecond, so that they grow over restarts too.
    #[must_use]
    pub fn new() -> Self {
        let (sender, _) = broadcast::channel(DEPTH);
        let started = Timestamp::now().as_microsecond();
        Self { sender, last: Arc::new(Mutex::new(started)), started, audience: Arc::default() }
    }

    /// Tells everybody who watches.
    pub fn post(&self, kind: NoticeKind, call: Option<CallId>, data: Value) {
        let mut last = self.lock();
        *last += 1;
        let notice = Notice { id: *last, at: Timestamp::now(), kind, call, data };
        // An error means that nobody watches, which is fine.
        let _ = self.sender.send(Arc::new(notice));
    }

    /// Watches from now on. A watcher that falls behind gets `Lagged` with the count it lost.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Arc<Notice>> {
        self.sender.subscribe()
    }

    /// Watches from now on, with the newest id before: the watcher gets everything after it.
    #[must_use]
    pub fn watch_after(&self) -> (i64, broadcast::Receiver<Arc<Notice>>) {
        let last = self.lock();
        (*last, self.sender.subscribe())
    }

    /// Counts somebody outside as watching, until the answer is dropped.
    #[must_use]
    pub fn attend(&self) -> Attendance {
        Attendance::of(&self.audience)
    }

    /// Whether somebody outside watches, or did a moment ago and may come back: what is told for them alone, and costs
    /// something, need not be told else.
    #[must_use]
    pub fn has_audience(&self) -> bool {
        self.audience.is_there()
    }

    /// The newest id given; [`Feed::started`] if none was.
    #[must_use]
    pub fn newest(&self) -> i64 {
        *self.lock()
    }

    /// Where this daemon's ids start: notices up to it are an earlier daemon's.
    #[must_use]
    pub fn started(&self) -> i64 {
        self.started
    }

    fn lock(&self) -> MutexGuard<'_, i64> {
        // A number cannot be left half written.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
