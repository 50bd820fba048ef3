//! The feed: a bounded, lossy broadcast of notices. Engines post, doors watch; nobody waits for anybody.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::broadcast;

use crate::model::{CallId, Notice, NoticeKind};

/// Notices a slow watcher may be behind before it loses the oldest.
const DEPTH: usize = 16_384;

/// Where notices are posted. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Feed {
    sender: broadcast::Sender<Arc<Notice>>,
    last: Arc<AtomicI64>,
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
        Self { sender, last: Arc::new(AtomicI64::new(Timestamp::now().as_microsecond())) }
    }

    /// Tells everybody who watches.
    pub fn post(&self, kind: NoticeKind, call: Option<CallId>, data: Value) {
        let id = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let notice = Notice { id, at: Timestamp::now(), kind, call, data };
        // An error means that nobody watches, which is fine.
        let _ = self.sender.send(Arc::new(notice));
    }

    /// Watches from now on. A watcher that falls behind gets `Lagged` with the count it lost.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Arc<Notice>> {
        self.sender.subscribe()
    }
}
