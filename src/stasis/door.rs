//! The loop that owns the ARI events: it routes, starts calls, and beats the watchdog's pulse.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};
use tokio_util::task::TaskTracker;

use super::{connect::Unaccounted, events, gate::Gate, lag::Lag, shed::Shedding};
use crate::{
    ari::{Event, Hello, Wire},
    calls::{LegEvent, Services},
    config::{Config, FlowsConfig},
    directory::{Contacts, Orders},
    flow::Library,
    model::NoticeKind,
    outbound::{Ground, Outbound},
    routing::Routing,
    storage::Store,
    tasks::Pulse,
    web::Web,
    webhooks::Webhooks,
};

/// The loop wakes at least this often to show that it lives.
const BEAT: Duration = Duration::from_secs(1);
/// When the store could not tell which calls it has, it is asked again after this.
const AGAIN: Duration = Duration::from_secs(2);

/// How the door stands, for readiness and for people.
#[derive(Debug, Default)]
pub struct Status {
    connected: AtomicBool,
    replaced: AtomicBool,
    words: Mutex<String>,
}

impl Status {
    /// Connected, and every call is accounted for.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    /// Another client took the application over.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.replaced.load(Ordering::Acquire)
    }

    /// One sentence on it.
    #[must_use]
    pub fn words(&self) -> String {
        self.words.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, connected: bool, words: String) {
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = words;
        self.connected.store(connected, Ordering::Release);
    }
}

/// What the door stands on. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    /// What calls need.
    pub services: Services,
    /// The flows.
    pub library: Library,
    /// Calls that we place.
    pub outbound: Outbound,
    /// Which way calls go that come in.
    pub routing: Routing,
    /// Orders at call time.
    pub orders: Orders,
    /// Who calls.
    pub contacts: Contacts,
    /// For webhooks.
    pub web: Web,
    /// Tells what came of call orders.
    pub webhooks: Webhooks,
    /// For the snapshot of stored calls.
    pub store: Store,
    /// Flow settings.
    pub flows: Arc<FlowsConfig>,
    /// How the door stands.
    pub status: Arc<Status>,
    /// How far behind the events are.
    pub(super) lag: Arc<Mutex<Lag>>,
    /// Whether the dialplan refuses calls by itself.
    pub(super) gate: Arc<Gate>,
    /// Which share of them it turns away.
    pub(super) shedding: Arc<Shedding>,
    /// The version of the Asterisk that is connected.
    version: Arc<Mutex<String>>,
    /// Owns the calls' tasks.
    pub tracker: TaskTracker,
}

impl Door {
    /// A door over ready services.
    #[must_use]
    pub fn new(ground: Ground, outbound: Outbound, routing: Routing, config: &Config) -> Self {
        let Ground { services, library, orders, contacts, web, store, webhooks, tracker } = ground;
        let status = Arc::new(Status::default());
        status.set(false, "connecting to Asterisk".to_owned());
        Self {
            services,
            library,
            outbound,
            routing,
            orders,
            contacts,
            web,
            webhooks,
            store,
            flows: Arc::new(config.flows.clone()),
            status,
            lag: Arc::new(Mutex::new(Lag::new(Instant::now()))),
            gate: Arc::default(),
            shedding: Arc::default(),
            version: Arc::default(),
            tracker,
        }
    }

    /// Runs until the wire ends.
    pub async fn run(&self, mut wire: mpsc::Receiver<Wire>, pulse: Arc<Pulse>) {
        // When the stored calls must still be accounted for.
        let mut owed = None;
        // One timer for all events, not one for each.
        let mut beats = interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            pulse.beat();
            if owed.is_some_and(|at| Instant::now() >= at) {
                owed = self.account(false).await;
            }
            let next = tokio::select! {
                biased;
                next = wire.recv() => next,
                _ = beats.tick() => continue,
            };
            match next {
                Some(Wire::Up(hello)) => {
                    self.greet(&hello);
                    owed = self.account(true).await;
                }
                Some(next) => {
                    if matches!(next, Wire::Down { .. } | Wire::Replaced) {
                        owed = None;
                    }
                    self.take(next);
                }
                None => return,
            }
        }
    }

    fn take(&self, next: Wire) {
        match next {
            Wire::Event { event: Event::StasisStart { channel, args, replace_channel }, at, received } => {
                let old = replace_channel.map(|old| old.id);
                let is_replaced =
                    old.is_some_and(|old| self.services.registry.replace_peer(&old, &channel.id));
                if !is_replaced {
                    self.arrive(&channel, &args, at, received);
                }
            }
            Wire::Event { event, received, .. } => {
                events::route(&self.services.registry, &event, received);
            }
            // Taken by the loop itself, because it waits.
            Wire::Up(_) => {}
            Wire::Down { why } => {
                self.status.set(false, format!("not connected to Asterisk: {why}"));
                self.outbound.close();
                self.services.marks.lost();
                self.services.feed.post(NoticeKind::AriLost, None, json!({ "why": why }));
                self.services.registry.tell_all(&LegEvent::Lost);
            }
            Wire::Replaced => self.step_down(),
        }
    }

    fn greet(&self, hello: &Hello) {
        self.outbound.connected();
        self.status.set(false, format!("looking at the calls of Asterisk {}", hello.asterisk_version));
        *self.version.lock().unwrap_or_else(PoisonError::into_inner) = hello.asterisk_version.to_string();
    }

    /// Accounts for every call. Gives the time to try again when the store could not be asked.
    async fn account(&self, is_first: bool) -> Option<Instant> {
        let version = self.version.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match self.look_and_act(is_first).await {
            Ok(accounted) => {
                self.status.set(true, format!("connected to Asterisk {version}"));
                let data = json!({
                    "version": version,
                    "taken_up": accounted.taken_up,
                    "restored": accounted.restored,
                    "settled": accounted.settled,
                });
                tracing::info!(version, ?accounted, "connected, every call accounted for");
                self.services.feed.post(NoticeKind::AriConnected, None, data);
                None
            }
            Err(Unaccounted::Asterisk(why)) => {
                // The calls stay as they are; the connection is made anew and they are counted again.
                tracing::error!(why, "the snapshot failed: connecting again");
                self.status.set(false, why);
                self.services.ari.reconnect();
                None
            }
            Err(Unaccounted::Landing(wait)) => {
                tracing::info!("waiting for what an earlier life sent in its last moment");
                self.status.set(false, format!("connected to Asterisk {version}; settling earlier calls"));
                Some(Instant::now() + wait)
            }
            Err(Unaccounted::Store(why)) => {
                tracing::error!(why, "the store cannot tell which calls it has: asking again");
                self.status.set(false, format!("connected to Asterisk {version}; the stored calls: {why}"));
                Some(Instant::now() + AGAIN)
            }
        }
    }

    /// Another client holds the application now: it has our calls too. We touch nothing any more.
    fn step_down(&self) {
        let words = format!(
            "another client took the Stasis application {:?} over; stop one of the two, then restart this one",
            self.services.app
        );
        tracing::error!(app = %self.services.app, "{words}");
        self.status.replaced.store(true, Ordering::Release);
        self.status.set(false, words);
        self.services.registry.drain();
        self.services.feed.post(NoticeKind::AriReplaced, None, json!({ "app": self.services.app }));
        self.services.registry.tell_all(&LegEvent::Lost);
    }
}
