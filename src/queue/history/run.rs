//! The writer of the history: hears the feed, keeps the calls that are open, writes in groups.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError, error::TryRecvError},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{caller_event, member_event, next, settle};
use crate::{
    feed::Feed,
    model::{MemberEvent, Notice, NoticeKind, QueueCall},
    queue::program::Hands,
    storage::{StorageError, Store},
    tasks::clock,
};

/// Notices that are taken in before they are written.
const GROUP: usize = 500;
/// Others may come within this.
const GATHER: Duration = Duration::from_millis(50);
/// Rows that wait for a store that does not answer; then the oldest are lost.
const MOST_PENDING: usize = 20_000;
/// A store that did not answer is tried again after this.
const RETRY: Duration = Duration::from_secs(3);
/// What is open is looked at so often.
const LOOK: Duration = Duration::from_secs(60);
/// Calls that are over are known for so long, for events that come late.
const LATE: SignedDuration = SignedDuration::from_mins(5);

/// Stores what becomes of callers and members. Cheap to clone.
#[derive(Clone)]
pub struct QueueHistory {
    store: Store,
    feed: Feed,
    hands: Arc<dyn Hands>,
}

/// What is known and what is still to be written.
#[derive(Default)]
struct Desk {
    /// By queue and channel, each one's last call.
    known: BTreeMap<(String, String), QueueCall>,
    calls: IndexMap<Uuid, QueueCall>,
    events: Vec<MemberEvent>,
    /// A snapshot is to settle what is open.
    unsure: bool,
}

impl QueueHistory {
    /// Nothing is stored before [`QueueHistory::run`].
    #[must_use]
    pub fn new(store: Store, feed: Feed, hands: Arc<dyn Hands>) -> Self {
        Self { store, feed, hands }
    }

    /// Stores until it is to stop; what it has heard by then is written.
    pub async fn run(&self, stop: CancellationToken) {
        let mut notices = self.feed.watch();
        let Some(open) = stop.run_until_cancelled(self.read_open()).await else { return };
        let mut desk = Desk { unsure: true, ..Desk::default() };
        for call in open {
            desk.know(call);
        }
        let mut pause = Duration::ZERO;
        while !stop.is_cancelled() {
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                break;
            }
            let waits = if pause.is_zero() { LOOK } else { Duration::ZERO };
            let heard = stop.run_until_cancelled(timeout(waits, notices.recv())).await;
            match heard {
                Some(Ok(Ok(notice))) => desk.take(&notice),
                Some(Ok(Err(RecvError::Lagged(_)))) => desk.unsure = true,
                Some(Ok(Err(RecvError::Closed))) | None => break,
                Some(Err(_)) => {}
            }
            // One commit for what comes together.
            tokio::time::sleep(GATHER).await;
            desk.forget(clock::now());
            desk.take_more(&mut notices);
            self.settle(&mut desk, clock::now());
            pause = if self.write(&mut desk).await { Duration::ZERO } else { RETRY };
        }
        desk.take_more(&mut notices);
        self.write(&mut desk).await;
    }

    async fn read_open(&self) -> Vec<QueueCall> {
        loop {
            match self.store.open_queue_calls().await {
                Ok(open) => return open,
                Err(error) => tracing::warn!(%error, "the open calls of queues cannot be read; trying again"),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// Ends what a snapshot shows to be over; and what is too old in any case.
    fn settle(&self, desk: &mut Desk, now: Timestamp) {
        let queues: Vec<String> = desk.open().map(|call| call.queue.clone()).collect();
        let mut is_sure = true;
        for queue in std::collections::BTreeSet::from_iter(queues) {
            let snapshot = self.hands.snapshot(&queue).filter(|_| desk.unsure);
            is_sure &= snapshot.is_some();
            let open = desk.open().filter(|call| call.queue == queue);
            for call in settle(open, snapshot.as_ref(), now) {
                desk.change(call);
            }
        }
        desk.unsure &= !is_sure;
    }

    /// Writes what waits; whether it is written.
    async fn write(&self, desk: &mut Desk) -> bool {
        if desk.calls.is_empty() && desk.events.is_empty() {
            return true;
        }
        let calls: Vec<_> = desk.calls.values().cloned().collect();
        match self.store.save_queue_history(&calls, &desk.events).await {
            Ok(()) => {
                desk.calls.clear();
                desk.events.clear();
                true
            }
            Err(error @ StorageError::Corrupt(_)) => {
                // What can never be written must not keep the rest waiting.
                tracing::error!(%error, rows = calls.len() + desk.events.len(), "the history of queues has a hole");
                desk.calls.clear();
                desk.events.clear();
                true
            }
            Err(error) => {
                tracing::warn!(%error, rows = calls.len() + desk.events.len(), "the history of queues waits");
                desk.shed();
                false
            }
        }
    }
}

impl Desk {
    fn open(&self) -> impl Iterator<Item = &QueueCall> {
        self.known.values().filter(|call| call.end.is_none())
    }

    fn know(&mut self, call: QueueCall) {
        self.known.insert((call.queue.clone(), call.channel.clone()), call);
    }

    fn change(&mut self, call: QueueCall) {
        self.calls.insert(call.id, call.clone());
        self.know(call);
    }

    fn take(&mut self, notice: &Notice) {
        if notice.kind == NoticeKind::AmiConnected {
            self.unsure = true;
        }
        self.events.extend(member_event(notice));
        if let Some(event) = caller_event(notice) {
            let known = self.known.get(&(event.queue.clone(), event.channel.clone()));
            for call in next(known, &event, Uuid::now_v7()) {
                self.change(call);
            }
        }
    }

    /// What is there already, without waiting.
    fn take_more(&mut self, notices: &mut Receiver<Arc<Notice>>) {
        for _ in 0..GROUP {
            match notices.try_recv() {
                Ok(notice) => self.take(&notice),
                Err(TryRecvError::Lagged(_)) => self.unsure = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
    }

    /// Calls that are long over are not known any more.
    fn forget(&mut self, now: Timestamp) {
        let is_fresh = |call: &QueueCall| call.ended_at.is_none_or(|at| now.duration_since(at) < LATE);
        self.known.retain(|_, call| is_fresh(call));
    }

    /// Keeps what waits within its bound.
    fn shed(&mut self) {
        let lost = self.calls.len().saturating_sub(MOST_PENDING);
        self.calls.drain(..lost);
        let lost_events = self.events.len().saturating_sub(MOST_PENDING);
        self.events.drain(..lost_events);
        if lost + lost_events > 0 {
            tracing::error!(
                rows = lost + lost_events,
                "the history of queues has a hole: the database is away"
            );
        }
    }
}
