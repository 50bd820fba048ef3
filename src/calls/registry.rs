//! Which calls are up, who gets which event, how many may be up, and whether new ones may start.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use tokio::sync::Notify;

use super::{
    admission::{Admission, Answering, Refusal, Starting, Traffic},
    inbox::{Inbox, LegEvent},
};
use crate::{
    config::CallsConfig,
    model::{CallId, CallRecord, ChannelId},
};

/// Whose events a channel's are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The caller's own channel.
    Caller,
    /// A party that the call dialled.
    Peer,
}

#[derive(Clone, Debug)]
struct Route {
    role: Role,
    inbox: Arc<Inbox>,
    /// The channel left Stasis, and its call may not have noticed yet.
    has_left: bool,
}

#[derive(Debug)]
struct Live {
    channel: ChannelId,
    inbox: Arc<Inbox>,
    record: Arc<CallRecord>,
}

#[derive(Debug, Default)]
struct Tables {
    routes: HashMap<ChannelId, Route>,
    live: HashMap<CallId, Live>,
}

/// The calls that are up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    tables: Mutex<Tables>,
    admission: Arc<Admission>,
    draining: AtomicBool,
    max: usize,
    emptied: Notify,
    gauge: metrics::Gauge,
}

impl Registry {
    /// An empty registry with the configured caps.
    #[must_use]
    pub fn new(config: &CallsConfig) -> Self {
        let shared = Shared {
            tables: Mutex::default(),
            admission: Arc::new(Admission::new(config)),
            draining: AtomicBool::new(false),
            max: config.max,
            emptied: Notify::new(),
            gauge: metrics::gauge!("stasisd_calls_live"),
        };
        Self { shared: Arc::new(shared) }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        // Nothing in here can leave the tables half changed, so a poisoned lock is still good.
        self.shared.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks for room for a new call.
    ///
    /// # Errors
    /// Says why there is none; the call then goes to the fallback at once.
    pub fn admit(&self) -> Result<Starting, Refusal> {
        if self.is_draining() {
            return Err(Refusal::Draining);
        }
        if self.count() >= self.shared.max {
            return Err(Refusal::Full);
        }
        self.shared.admission.admit(Instant::now())
    }

    /// Counts a call as being answered.
    #[must_use]
    pub fn answering(&self) -> Answering {
        self.shared.admission.answering()
    }

    /// What was answered so far, and what waits.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.shared.admission.traffic()
    }

    /// Whether a call of our own may begin.
    #[must_use]
    pub fn has_room(&self) -> bool {
        !self.shared.draining.load(Ordering::Acquire) && self.count() < self.shared.max
    }

    /// Counts a call as starting that must be taken whatever the caps (one that lives already).
    #[must_use]
    pub fn admit_anyway(&self) -> Starting {
        self.shared.admission.admit_anyway()
    }

    /// Enters a call. False when its channel is here already (an event that came twice).
    #[must_use]
    pub fn enter(&self, record: &Arc<CallRecord>, inbox: &Arc<Inbox>) -> bool {
        let mut tables = self.tables();
        if tables.routes.contains_key(&record.channel) {
            return false;
        }
        let route = Route { role: Role::Caller, inbox: Arc::clone(inbox), has_left: false };
        tables.routes.insert(record.channel.clone(), route);
        let live =
            Live { channel: record.channel.clone(), inbox: Arc::clone(inbox), record: Arc::clone(record) };
        tables.live.insert(record.id, live);
        self.shared.gauge.set(tables.live.len() as f64);
        true
    }

    /// Routes the events of a dialled channel to its call.
    pub fn add_peer(&self, peer: &ChannelId, inbox: &Arc<Inbox>) {
        let route = Route { role: Role::Peer, inbox: Arc::clone(inbox), has_left: false };
        self.tables().routes.insert(peer.clone(), route);
    }

    /// Routes the events of the channel that stands in the place of a dialled one to the same call, and tells it so.
    /// False when nobody dialled `old`.
    #[must_use]
    pub fn replace_peer(&self, old: &ChannelId, new: &ChannelId) -> bool {
        let route = self.tables().routes.get(old).filter(|route| route.role == Role::Peer).cloned();
        let Some(route) = route else { return false };
        self.add_peer(new, &route.inbox);
        route.inbox.put(LegEvent::PeerReplaced(old.clone(), new.clone()));
        true
    }

    /// Forgets a dialled channel.
    pub fn remove_peer(&self, peer: &ChannelId) {
        self.tables().routes.remove(peer);
    }

    /// Shows a newer record of a live call.
    pub fn update(&self, record: &Arc<CallRecord>) {
        if let Some(live) = self.tables().live.get_mut(&record.id) {
            live.record = Arc::clone(record);
        }
    }

    /// Forgets a call that is settled.
    pub fn leave(&self, id: CallId) {
        let mut tables = self.tables();
        if let Some(live) = tables.live.remove(&id) {
            // The channel may be another call's by now.
            let is_its = |route: &Route| Arc::ptr_eq(&route.inbox, &live.inbox);
            if tables.routes.get(&live.channel).is_some_and(is_its) {
                tables.routes.remove(&live.channel);
            }
        }
        self.shared.gauge.set(tables.live.len() as f64);
        if tables.live.is_empty() {
            self.shared.emptied.notify_waiters();
        }
    }

    /// Gives an event to the call that owns the channel. False when nobody does.
    pub fn route(&self, channel: &ChannelId, event: impl FnOnce(Role) -> Option<LegEvent>) -> bool {
        let Some(route) = self.tables().routes.get(channel).cloned() else { return false };
        if let Some(event) = event(route.role) {
            match event {
                LegEvent::LeftStasis => self.has_left(channel, true),
                LegEvent::Returned(_) => self.has_left(channel, false),
                _ => {}
            }
            route.inbox.put(event);
        }
        true
    }

    fn has_left(&self, channel: &ChannelId, has_left: bool) {
        if let Some(route) = self.tables().routes.get_mut(channel) {
            route.has_left = has_left;
        }
    }

    /// Whether a channel that enters Stasis is a new call's: nobody's so far, or one that its call has let go, which
    /// may still be busy with settling. Its events are that call's no longer. False for an event that came twice.
    #[must_use]
    pub fn is_free(&self, channel: &ChannelId) -> bool {
        let mut tables = self.tables();
        match tables.routes.get(channel) {
            Some(route) if route.has_left && route.role == Role::Caller => {
                tables.routes.remove(channel);
                true
            }
            found => found.is_none(),
        }
    }

    /// Tells every call.
    pub fn tell_all(&self, event: &LegEvent) {
        for route in self.tables().routes.values().filter(|route| route.role == Role::Caller) {
            route.inbox.put(event.clone());
        }
    }

    /// Tells one call. False when it is not live.
    #[must_use]
    pub fn tell(&self, id: CallId, event: LegEvent) -> bool {
        let inbox = self.tables().live.get(&id).map(|live| Arc::clone(&live.inbox));
        inbox.map(|inbox| inbox.put(event)).is_some()
    }

    /// The calls that are up, oldest first.
    #[must_use]
    pub fn live(&self) -> Vec<Arc<CallRecord>> {
        let mut all: Vec<_> = self.tables().live.values().map(|live| Arc::clone(&live.record)).collect();
        all.sort_by_key(|record| (record.started_at, record.id));
        all
    }

    /// One live call.
    #[must_use]
    pub fn get(&self, id: CallId) -> Option<Arc<CallRecord>> {
        self.tables().live.get(&id).map(|live| Arc::clone(&live.record))
    }

    /// Whether somebody owns the channel.
    #[must_use]
    pub fn knows(&self, channel: &ChannelId) -> bool {
        self.tables().routes.contains_key(channel)
    }

    /// How many calls are up.
    #[must_use]
    pub fn count(&self) -> usize {
        self.tables().live.len()
    }

    /// From now on no new call is taken.
    pub fn drain(&self) {
        self.shared.draining.store(true, Ordering::Release);
    }

    /// Whether new calls are taken no more.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.shared.draining.load(Ordering::Acquire)
    }

    /// Waits until no call is up.
    pub async fn emptied(&self) {
        loop {
            let emptied = self.shared.emptied.notified();
            if self.count() == 0 {
                return;
            }
            emptied.await;
        }
    }
}
