//! Programming queues: the members are brought to what the timetable says, by difference, now and at each edge.
//!
//! [`desire`] tells who is wanted, [`plan()`] what to do about it, [`drift()`] what differs and by whom: pure functions of
//! facts and a time. [`Programming`] brings the facts, stores what must not be forgotten, and acts.

mod desire;
mod drift;
mod error;
mod overrides;
mod pass;
#[cfg(test)]
mod pass_tests;
mod plan;
mod ports;
mod preview;
mod run;
mod scene;
mod shift;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::{Timestamp, tz::TimeZone};
use tokio::sync::Notify;

pub use self::{
    desire::{Desired, Filling, Opening, PauseWish, Skipped, Wanted, desire},
    drift::{Difference, DifferenceKind, drift},
    error::ProgramError,
    overrides::NewOverride,
    plan::{Deferred, Facts, OFF_SHIFT, Plan, Step, plan},
    ports::{Hands, Plans},
    preview::Preview,
    shift::{Shift, next_edge, shift_at, week_of},
};
use crate::{
    config::{Config, ProgramConfig},
    feed::Feed,
    model::{MemberEvent, QueueAction},
    storage::{Persons, Store},
};

/// Who does it, as notices of members say it.
pub const BY: &str = "timetable";

/// Brings queues to what their timetables say. Cheap to clone.
#[derive(Clone)]
pub struct Programming {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    feed: Feed,
    hands: Arc<dyn Hands>,
    plans: Arc<dyn Plans>,
    /// By the queue's name.
    queues: BTreeMap<String, Queue>,
    watch: Mutex<Watch>,
    /// Something is to be looked at.
    wake: Notify,
}

/// A queue that timetables fill.
struct Queue {
    /// In the order of their names.
    sources: Vec<Source>,
    /// One pass at a time.
    memory: tokio::sync::Mutex<Memory>,
}

/// A timetable of the configuration.
struct Source {
    name: String,
    zone: TimeZone,
    program: ProgramConfig,
}

/// What is remembered of a queue from pass to pass. A restart may forget all of it.
#[derive(Default)]
struct Memory {
    /// Since when nobody wants a member.
    leaving: BTreeMap<String, Timestamp>,
    /// Members of ours that are not there any more, since when we see that.
    vanished: BTreeMap<String, Timestamp>,
    /// What was done a moment ago, or refused, and is not done again until then.
    held: Vec<(QueueAction, Timestamp)>,
    /// The differences that were told last.
    told: Vec<(drift::DifferenceKind, String, Option<String>)>,
}

/// What was seen on the feed and is not dealt with yet.
#[derive(Default)]
struct Watch {
    dirty: BTreeSet<String>,
    /// Changes that others made.
    by_hand: Vec<MemberEvent>,
    /// Queues in which something waits for what a telephone does.
    waiting: BTreeSet<String>,
    /// What became of each member last, by queue: for telling who did it.
    events: BTreeMap<String, Vec<MemberEvent>>,
    /// The manager connection is up: what vanishes was taken out by somebody.
    connected: bool,
}

impl Programming {
    /// For the timetables of this configuration that program their queues. Nothing is done before [`Programming::run`].
    #[must_use]
    pub fn new(
        store: Store,
        feed: Feed,
        hands: Arc<dyn Hands>,
        plans: Arc<dyn Plans>,
        config: &Config,
    ) -> Self {
        let mut queues: BTreeMap<String, Queue> = BTreeMap::new();
        for (name, timetable) in config.timetables.iter().filter(|(_, timetable)| timetable.program_queue) {
            let (zone, program) = (timetable.zone(config), timetable.program.clone());
            let queue = queues.entry(timetable.queue.clone());
            let queue =
                queue.or_insert_with(|| Queue { sources: Vec::new(), memory: tokio::sync::Mutex::default() });
            queue.sources.push(Source { name: name.clone(), zone, program });
        }
        let watch = Mutex::new(Watch { connected: true, ..Watch::default() });
        let inner = Inner { store, feed, hands, plans, queues, watch, wake: Notify::new() };
        Self { inner: Arc::new(inner) }
    }

    /// The queues that timetables fill.
    pub fn queues(&self) -> impl Iterator<Item = &str> {
        self.inner.queues.keys().map(String::as_str)
    }

    /// The zone of a queue's timetable.
    #[must_use]
    pub fn zone(&self, queue: &str) -> Option<TimeZone> {
        self.inner.queues.get(queue)?.sources.first().map(|source| source.zone.clone())
    }

    /// Who works here, and Asterisk's queues, as programming sees them.
    #[must_use]
    pub fn ports(&self) -> (&dyn Hands, &dyn Plans) {
        (&*self.inner.hands, &*self.inner.plans)
    }

    /// Looks at a queue soon; at all, if none is named.
    pub fn trigger(&self, queue: Option<&str>) {
        {
            let mut watch = self.inner.watch();
            match queue {
                Some(queue) if self.inner.queues.contains_key(queue) => {
                    watch.dirty.insert(queue.to_owned());
                }
                Some(_) => return,
                None => watch.dirty.extend(self.inner.queues.keys().cloned()),
            }
        }
        self.inner.wake.notify_one();
    }
}

impl Inner {
    fn watch(&self) -> MutexGuard<'_, Watch> {
        // Sets and lists that are added to one by one are never left half written.
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, name: &str) -> Result<&Queue, ProgramError> {
        self.queues.get(name).ok_or_else(|| ProgramError::NotProgrammed(name.to_owned()))
    }
}
