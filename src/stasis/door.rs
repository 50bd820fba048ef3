//! The loop that owns the ARI events: it routes, starts calls, and beats the watchdog's pulse.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::json;
use tokio::{sync::mpsc, time::timeout};
use tokio_util::task::TaskTracker;

use super::events;
use crate::{
    ari::{Event, Hello, Wire},
    calls::{LegEvent, Services},
    config::{Config, FlowsConfig},
    directory::Orders,
    flow::Library,
    model::NoticeKind,
    storage::Store,
    tasks::Pulse,
    web::Web,
};

/// The loop wakes at least this often to show that it lives.
const BEAT: Duration = Duration::from_secs(1);

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
    /// Orders at call time.
    pub orders: Orders,
    /// For webhooks.
    pub web: Web,
    /// For the snapshot of stored calls.
    pub store: Store,
    /// Flow settings.
    pub flows: Arc<FlowsConfig>,
    /// How the door stands.
    pub status: Arc<Status>,
    /// Owns the calls' tasks.
    pub tracker: TaskTracker,
}

impl Door {
    /// A door over ready services.
    #[must_use]
    pub fn new(
        services: Services,
        library: Library,
        orders: Orders,
        web: Web,
        store: Store,
        config: &Config,
    ) -> Self {
        let status = Arc::new(Status::default());
        status.set(false, "connecting to Asterisk".to_owned());
        Self {
            services,
            library,
            orders,
            web,
            store,
            flows: Arc::new(config.flows.clone()),
            status,
            tracker: TaskTracker::new(),
        }
    }

    /// Runs until the wire ends.
    pub async fn run(&self, mut wire: mpsc::Receiver<Wire>, pulse: Arc<Pulse>) {
        loop {
            pulse.beat();
            match timeout(BEAT, wire.recv()).await {
                Ok(Some(next)) => self.take(next).await,
                Ok(None) => return,
                Err(_) => {}
            }
        }
    }

    async fn take(&self, next: Wire) {
        match next {
            Wire::Event { event: Event::StasisStart { channel, args, .. }, at, received } => {
                self.arrive(&channel, &args, at, received);
            }
            Wire::Event { event, received, .. } => {
                events::route(&self.services.registry, &event, received);
            }
            Wire::Up(hello) => self.up(hello).await,
            Wire::Down { why } => {
                self.status.set(false, format!("not connected to Asterisk: {why}"));
                self.services.feed.post(NoticeKind::AriLost, None, json!({ "why": why }));
                self.services.registry.tell_all(&LegEvent::Lost);
            }
            Wire::Replaced => self.step_down(),
        }
    }

    async fn up(&self, hello: Hello) {
        let version = hello.asterisk_version.to_string();
        match self.account(&hello).await {
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
            }
            Err(why) => {
                // The calls stay as they are; the connection is made anew and they are counted again.
                tracing::error!(why, "the snapshot failed: connecting again");
                self.status.set(false, why);
                self.services.ari.reconnect();
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
