//! The loop: it looks at queues at each edge, when something changed, and slowly without a cause.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::{sync::broadcast::error::RecvError, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{BY, ProgramError, Programming, Watch};
use crate::{
    model::{MemberEvent, MemberWhat, Notice, NoticeKind},
    queue::history::member_event,
    tasks::clock,
};

/// Queues that are brought to their plans at once.
const AT_ONCE: usize = 16;
/// A pass that met a fault is made again after this.
const RETRY: SignedDuration = SignedDuration::from_secs(5);
/// The clock may be set, and a timer may be late: it is looked at so often at least.
const LONGEST: Duration = Duration::from_secs(10);
/// Changes by hand that are remembered until the next pass.
const MOST_BY_HAND: usize = 1000;
/// What became of members is remembered of so many of a queue.
const MOST_EVENTS: usize = 2000;

impl Programming {
    /// Looks after the queues until it is to stop.
    pub async fn run(&self, stop: CancellationToken) {
        if self.inner.queues.is_empty() {
            return stop.cancelled().await;
        }
        self.remember().await;
        // What was heard comes first: a pass is to know of all that was done by hand before it acts.
        let both = async { tokio::join!(biased; self.listen(), self.look()) };
        stop.run_until_cancelled(both).await;
    }

    /// What became of the members lately, from the history: for telling who did it, also after a restart.
    async fn remember(&self) {
        let now = clock::now();
        let from = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
        for name in self.queues() {
            match self.inner.store.queue_member_events(name, from, now).await {
                Ok(events) => events.into_iter().for_each(|event| self.inner.watch().learn(event)),
                Err(error) => tracing::warn!(%error, queue = name, "who changed the queue cannot be read"),
            }
        }
    }

    async fn listen(&self) {
        let mut notices = self.inner.feed.watch();
        self.trigger(None);
        loop {
            match notices.recv().await {
                Ok(notice) => self.hear(&notice),
                Err(RecvError::Lagged(_)) => self.missed(),
                Err(RecvError::Closed) => return std::future::pending().await,
            }
        }
    }

    pub(super) fn hear(&self, notice: &Arc<Notice>) {
        match notice.kind {
            NoticeKind::AmiConnected => {
                self.inner.watch().connected = true;
                self.trigger(None);
            }
            NoticeKind::AmiLost => self.inner.watch().connected = false,
            NoticeKind::TimetableChanged | NoticeKind::PersonChanged => self.trigger(None),
            NoticeKind::QueueMember => self.hear_of_member(notice),
            // The end of a call matters where somebody's end waits for it.
            NoticeKind::QueueCaller if notice.data["what"] == "completed" => {
                let queue = notice.data["queue"].as_str().unwrap_or_default();
                if self.inner.watch().waiting.contains(queue) {
                    self.trigger(Some(queue));
                }
            }
            _ => {}
        }
    }

    fn hear_of_member(&self, notice: &Notice) {
        // Of queues that no timetable fills nothing is remembered: nobody would ever ask for it.
        let queue = notice.data["queue"].as_str().filter(|queue| self.inner.queues.contains_key(*queue));
        let Some(queue) = queue else { return };
        let matters = match member_event(notice) {
            Some(event) => self.inner.watch().heard(event),
            // What its telephone does matters where something waits for it.
            None => self.inner.watch().waiting.contains(queue),
        };
        if matters {
            self.trigger(Some(queue));
        }
    }

    /// Notices were lost: what the connection does may be among them, and what vanished meanwhile says nothing of who
    /// took it out.
    fn missed(&self) {
        let connected = self.queues().any(|queue| self.inner.hands.snapshot(queue).is_some());
        let mut watch = self.inner.watch();
        watch.connected = connected;
        watch.by_hand.clear();
        drop(watch);
        self.trigger(None);
    }

    /// The passes. Each queue has its next moment; what is heard brings it forward.
    async fn look(&self) {
        let mut next: BTreeMap<String, Timestamp> = BTreeMap::new();
        loop {
            let now = clock::now();
            let earliest = next.values().min().copied();
            let until = earliest.map_or(Duration::ZERO, |at| {
                Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
            });
            // Early by less than a moment would be early.
            let wait = (until + Duration::from_millis(1)).min(LONGEST);
            let _ = timeout(wait, self.inner.wake.notified()).await;
            let now = clock::now();
            let mut due = std::mem::take(&mut self.inner.watch().dirty);
            due.extend(next.iter().filter(|(_, at)| **at <= now).map(|(name, _)| name.clone()));
            let passes = stream::iter(due).map(async |name| {
                let looked = self.pass(&name, now).await;
                (name, looked)
            });
            let looked: Vec<_> = passes.buffer_unordered(AT_ONCE).collect().await;
            for (name, looked) in looked {
                let at = looked.unwrap_or_else(|error| {
                    if !matches!(error, ProgramError::Unknown(_)) {
                        tracing::warn!(%error, queue = name, "a queue stays as it is");
                    }
                    now.saturating_add(RETRY).unwrap_or(now)
                });
                next.insert(name, at);
            }
        }
    }
}

impl Watch {
    /// Takes in what became of a member; whether the queue is to be looked at.
    fn heard(&mut self, event: MemberEvent) -> bool {
        let by_others = event.by.as_deref() != Some(BY);
        let is_there_or_not = matches!(event.what, MemberWhat::Added | MemberWhat::Removed);
        if by_others && is_there_or_not && self.connected && self.by_hand.len() < MOST_BY_HAND {
            self.by_hand.push(event.clone());
        }
        let matters = event.what != MemberWhat::DidNotAnswer;
        self.learn(event);
        matters
    }

    /// Keeps the last event of each kind of each member.
    fn learn(&mut self, event: MemberEvent) {
        let events = self.events.entry(event.queue.clone()).or_default();
        events.retain(|old| (&old.interface, old.what) != (&event.interface, event.what));
        if events.len() >= MOST_EVENTS {
            events.remove(0);
        }
        events.push(event);
    }
}
