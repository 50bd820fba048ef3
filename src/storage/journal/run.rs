//! The journal's one writer: waits for company, writes, tries again.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use metrics::{counter, gauge, histogram};
use tokio::{
    sync::{broadcast::error::TryRecvError, watch},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    Progress, Shared,
    batch::{Batch, Count},
    lock,
};
use crate::storage::{StorageError, Store, row::Key};

/// Events wait so long for each other: it is the groups that make them cheap. No longer, for the feed is only so
/// deep, and what is lost in it is not stored.
const EVENTS_EVERY: Duration = Duration::from_millis(100);
/// Between two tries while the database is away.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long the last writes may take after the shutdown.
const LAST_WRITES: Duration = Duration::from_secs(10);

pub(super) struct Writer {
    store: Store,
    shared: Arc<Shared>,
    progress: watch::Sender<Progress>,
    /// The last wish for events that was seen before the feeds were read.
    wishes: u64,
    window: Duration,
    shutdown: CancellationToken,
    pause: Duration,
}

impl Writer {
    pub(super) fn new(
        store: Store,
        shared: Arc<Shared>,
        progress: watch::Sender<Progress>,
        window: Duration,
        shutdown: CancellationToken,
    ) -> Self {
        Self { store, shared, progress, wishes: 0, window, shutdown, pause: SHORTEST_PAUSE }
    }

    pub(super) async fn run(mut self) {
        let mut events_due = Instant::now();
        while !self.shutdown.is_cancelled() {
            let woken = self.shutdown.run_until_cancelled(self.shared.wake.notified());
            // Woken or not: the feed may hold something.
            let _ = timeout(events_due.saturating_duration_since(Instant::now()), woken).await;
            if lock(&self.shared.inbox).has_rows() {
                let hurried = timeout(self.window, self.shared.hurry.notified());
                self.shutdown.run_until_cancelled(hurried).await;
            }
            let is_wanted = self.gather();
            let with_events = is_wanted || Instant::now() >= events_due;
            if with_events {
                events_due = Instant::now() + EVENTS_EVERY;
            }
            if !self.write_all(with_events).await {
                let pause = self.next_pause();
                self.shutdown.run_until_cancelled(sleep(pause)).await;
                // What is waiting has been announced already.
                events_due = Instant::now();
            }
        }
        if timeout(LAST_WRITES, self.write_the_rest()).await.is_err() {
            let left = lock(&self.shared.inbox).depth();
            tracing::error!(?left, "the journal ends with unwritten records: the database is away");
        }
    }

    async fn write_the_rest(&mut self) {
        self.gather();
        while !self.write_all(true).await {
            sleep(SHORTEST_PAUSE).await;
        }
    }

    /// Moves what the feeds hold into the inbox; true if the events should be written now.
    fn gather(&mut self) -> bool {
        let mut lost = 0;
        let mut inbox = lock(&self.shared.inbox);
        lock(&self.shared.feeds).retain_mut(|feed| {
            loop {
                match feed.try_recv() {
                    Ok(notice) => inbox.event(notice),
                    Err(TryRecvError::Lagged(missed)) => lost += missed,
                    Err(TryRecvError::Empty) => return true,
                    Err(TryRecvError::Closed) => return false,
                }
            }
        });
        let dropped = inbox.trim();
        self.wishes = inbox.wishes();
        let is_wanted = inbox.has_many_events() || self.wishes > self.progress.borrow().wishes;
        drop(inbox);
        count_dropped(dropped, lost);
        is_wanted
    }

    /// Writes until the inbox has been emptied once; false if the database could not take it.
    async fn write_all(&mut self, with_events: bool) -> bool {
        loop {
            let batch = lock(&self.shared.inbox).take(with_events);
            let is_full = batch.is_full;
            if let Err(error) = self.write(batch).await {
                self.note_failure(&error);
                return false;
            }
            self.note_success(with_events && !is_full);
            if !is_full {
                return true;
            }
        }
    }

    /// Writes a batch. What cannot be written now goes back into the inbox; what can never be written is
    /// told and left out, for one bad row must not keep all others from the disk.
    async fn write(&self, batch: Batch) -> Result<(), StorageError> {
        let Err((batch, error)) = self.commit(batch).await else { return Ok(()) };
        if error.is_temporary() {
            lock(&self.shared.inbox).give_back(batch);
            return Err(error);
        }
        let mut singles = batch.singles().into_iter();
        while let Some(single) = singles.next() {
            let Err((single, error)) = self.commit(single).await else { continue };
            if error.is_temporary() {
                let rest = std::iter::once(single).chain(singles).collect();
                lock(&self.shared.inbox).give_back(rest);
                return Err(error);
            }
            let row = single.key();
            tracing::error!(%error, ?row, "the database refuses a row for good: it is left out");
            if let Some(Key::Attempt(id)) = row {
                lock(&self.shared.refused).push(id, error);
            }
            count_dropped(single.count(), 0);
        }
        Ok(())
    }

    async fn commit(&self, batch: Batch) -> Result<(), (Batch, StorageError)> {
        let rows = batch.rows();
        if rows.is_empty() && batch.events.is_empty() {
            return Ok(());
        }
        let began = Instant::now();
        if let Err(error) = self.store.save(&rows, &batch.events).await {
            counter!("stasisd_journal_errors_total", "kind" => error.word()).increment(1);
            return Err((batch, error));
        }
        histogram!("stasisd_journal_commit_seconds").record(began.elapsed());
        for (kind, rows) in batch.count().by_kind() {
            counter!("stasisd_journal_rows_total", "kind" => kind).increment(rows as u64);
        }
        Ok(())
    }

    fn note_success(&mut self, all_events: bool) {
        self.pause = SHORTEST_PAUSE;
        *lock(&self.shared.last_error) = None;
        if !self.shared.is_healthy.swap(true, Ordering::Relaxed) {
            tracing::info!("the journal writes again");
        }
        let (written, depth) = {
            let inbox = lock(&self.shared.inbox);
            (inbox.written(), inbox.depth())
        };
        gauge_depth(depth);
        self.progress.send_modify(|progress| {
            progress.saves = written;
            if all_events {
                progress.wishes = self.wishes;
            }
        });
    }

    fn note_failure(&self, error: &StorageError) {
        let depth = lock(&self.shared.inbox).depth();
        gauge_depth(depth);
        *lock(&self.shared.last_error) = Some(error.clone());
        if self.shared.is_healthy.swap(false, Ordering::Relaxed) {
            tracing::error!(%error, "the journal cannot write; it keeps what is saved and tries again");
        }
    }

    fn next_pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(LONGEST_PAUSE);
        pause
    }
}

#[allow(clippy::cast_precision_loss, reason = "a queue is shorter than 2^52")]
fn gauge_depth(depth: Count) {
    for (kind, rows) in depth.by_kind() {
        gauge!("stasisd_journal_queue", "kind" => kind).set(rows as f64);
    }
}

/// Tells of rows that will never be written, and of so many events that the feed lost.
fn count_dropped(mut dropped: Count, lost: u64) {
    dropped.events += usize::try_from(lost).unwrap_or(usize::MAX);
    if dropped == Count::default() {
        return;
    }
    for (kind, rows) in dropped.by_kind() {
        counter!("stasisd_journal_dropped_total", "kind" => kind).increment(rows as u64);
    }
    tracing::error!(?dropped, "the journal lost records: they could not be written");
}
