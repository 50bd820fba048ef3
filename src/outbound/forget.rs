//! Marks in Asterisk of attempts that are over are taken away, once their end is on disk.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::sleep;

use super::Outbound;
use crate::model::ChannelId;

/// How long they are gathered, so that many share a wait for the disk; what could not be taken away is tried again after it.
/// Those of a life's last moment stay until Asterisk ends: some dozens of bytes each.
const GATHERED: Duration = Duration::from_secs(1);

/// The channels whose marks are to go.
#[derive(Debug, Default)]
pub(super) struct Forgotten(Mutex<Gathered>);

#[derive(Debug, Default)]
struct Gathered {
    channels: Vec<ChannelId>,
    /// Somebody is at it.
    is_attended: bool,
}

impl Forgotten {
    fn lock(&self) -> MutexGuard<'_, Gathered> {
        // Each change is one step: what a panic leaves behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbound {
    /// Takes an attempt's mark away, once its end, which was saved before, is on disk.
    pub(super) fn forget(&self, channel: ChannelId) {
        let mut gathered = self.inner.over.lock();
        gathered.channels.push(channel);
        if !std::mem::replace(&mut gathered.is_attended, true) {
            let engine = self.clone();
            self.inner.tracker.spawn(async move { engine.forget_all().await });
        }
    }

    async fn forget_all(&self) {
        let services = &self.inner.services;
        loop {
            sleep(GATHERED).await;
            let channels = std::mem::take(&mut self.inner.over.lock().channels);
            let is_stored = services.journal.flushed().await.is_ok();
            for channel in channels {
                if !is_stored || !services.marks.forget(&services.ari, &channel).await {
                    self.inner.over.lock().channels.push(channel);
                }
            }
            let mut gathered = self.inner.over.lock();
            if gathered.channels.is_empty() {
                gathered.is_attended = false;
                return;
            }
        }
    }
}
