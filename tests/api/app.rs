//! A control port with its store, journal and pretended calls, and the actors who use it.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use stasisd::{
    config::{
        ChannelConfig, ChannelKind, Config, HttpConfig, LookupConfig, NotesConfig, StorageConfig,
        TimetableConfig,
    },
    directory::{Contacts, Notes},
    feed::Feed,
    http::{self, Rooms, RoutingDefaults, Scope, token},
    messaging::{Caller, Messaging, World},
    model::{Absence, Person, Week},
    people::{AbsenceFeeds, People},
    queue::{Queues, history::Statistics, program::Programming},
    routing::Routing,
    storage::{Journal, StorageError, Store},
    timetable::{Highs, Staff, Timetables, Worker},
    web::Web,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{client::Actor, desk::Desk, pretend::Pretend, temp::TempDir};

/// What a test may set.
pub struct Setup {
    pub http: HttpConfig,
    pub storage: StorageConfig,
    pub lookup: LookupConfig,
    pub notes: NotesConfig,
    pub queues: Option<Queues>,
    /// The queue that a timetable fills.
    pub desk: Arc<Desk>,
    pub timetables: BTreeMap<String, TimetableConfig>,
    /// The team has a channel, where nobody listens.
    pub team_channel: bool,
    pub directory: TempDir,
}

/// Those who work here, as the daemon joins the rooms.
pub struct Here(pub People);

impl Staff for Here {
    fn persons(&self) -> BoxFuture<'_, Result<Vec<Person>, StorageError>> {
        Box::pin(async { Ok(self.0.all().iter().cloned().collect()) })
    }

    fn absences(&self, week: Week) -> BoxFuture<'_, Result<Vec<Absence>, StorageError>> {
        Box::pin(self.0.absences_in(week))
    }
}

/// The planner of the program that is tested.
pub fn highs() -> Highs {
    let program = env!("CARGO_BIN_EXE_stasisd").into();
    Highs { worker: Worker { program, ..Worker::default() } }
}

/// One timetable: two days of two shifts with two lines.
pub fn phones() -> BTreeMap<String, TimetableConfig> {
    let phones = json!({
        "queue": "phones", "time_zone": "Europe/Madrid", "days": ["mon", "tue"],
        "hours": ["09:00", "10:15", "11:30"], "lines": 2,
    });
    BTreeMap::from([("phones".to_owned(), serde_json::from_value(phones).unwrap())])
}

impl Default for Setup {
    fn default() -> Self {
        let directory = TempDir::new("api");
        let url = format!("sqlite://{}/api.db", directory.path().display());
        let Config { lookup, notes, .. } = Config::defaults().unwrap();
        Self {
            http: http_config(),
            storage: storage_config(&url),
            lookup,
            notes,
            queues: None,
            desk: Arc::default(),
            timetables: phones(),
            team_channel: true,
            directory,
        }
    }
}

/// The voice of a team of which nothing is known.
pub fn messaging(store: &Store, feed: &Feed, config: &Config, control: &Arc<Pretend>) -> Messaging {
    let (world, caller) = (Arc::clone(control) as Arc<dyn World>, Arc::clone(control) as Arc<dyn Caller>);
    Messaging::new(store.clone(), feed.clone(), config, world, caller).unwrap()
}

/// The port as most sites have it, with room for a test's haste.
pub fn http_config() -> HttpConfig {
    HttpConfig {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        tls: None,
        insecure_public: false,
        max_body_kib: 256,
        request_timeout_ms: 5_000,
        rate_per_second: 10_000,
        rate_burst: 10_000,
        auth_failures_per_minute: 10_000,
        max_streams: 50,
    }
}

fn storage_config(url: &str) -> StorageConfig {
    StorageConfig {
        url: url.into(),
        url_file: None,
        max_connections: 8,
        group_commit_ms: 5,
        statement_timeout_ms: 5_000,
    }
}

/// A running control port.
pub struct App {
    pub address: SocketAddr,
    pub store: Store,
    pub feed: Feed,
    pub control: Arc<Pretend>,
    pub routing: Routing,
    pub desk: Arc<Desk>,
    pub programming: Programming,
    pub directory: TempDir,
    pub shutdown: CancellationToken,
    /// Ends when the port has drained.
    pub served: JoinHandle<()>,
}

impl App {
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub async fn with(setup: Setup) -> Self {
        let store = Store::open(&setup.storage).await.unwrap();
        let feed = Feed::new();
        let shutdown = CancellationToken::new();
        let (journal, _) = Journal::start(store.clone(), &setup.storage, shutdown.clone());
        journal.follow(feed.watch());
        Self::on(setup, store, feed, shutdown).await
    }

    /// On a store and a feed that are there already.
    pub async fn on(setup: Setup, store: Store, feed: Feed, shutdown: CancellationToken) -> Self {
        let control = Arc::new(Pretend::default());
        control.store.get_or_init(|| store.clone());
        let lookup = setup.lookup.clone();
        let mut config = Config::defaults().unwrap();
        config.calls.country = "ES".to_owned();
        let routing = Routing::new(store.clone(), &config).unwrap();
        let people = People::new(store.clone(), feed.clone());
        people.reread().await.unwrap();
        config.timetables = setup.timetables.clone();
        let staff = Arc::new(Here(people.clone()));
        let timetables = Timetables::new(store.clone(), feed.clone(), &config, staff, Arc::new(highs()));
        let filled = Config { timetables: Desk::timetables(), ..config.clone() };
        let (hands, plans) = (Arc::clone(&setup.desk) as _, Arc::clone(&setup.desk) as _);
        let programming = Programming::new(store.clone(), feed.clone(), hands, plans, &filled);
        if setup.team_channel {
            let url = Some("http://127.0.0.1:9/".into());
            let team = ChannelConfig { url, ..ChannelConfig::new(ChannelKind::Webhook) };
            config.messaging.channels.insert("team".to_owned(), team);
            config.messaging.team_channel = "team".to_owned();
        }
        let messaging = messaging(&store, &feed, &config, &control);
        let rooms = Rooms {
            messaging,
            timetables,
            routing: routing.clone(),
            routing_defaults: RoutingDefaults::new(&config),
            store: store.clone(),
            contacts: Contacts::new(store.clone(), &lookup, "ES".parse().ok()).unwrap(),
            notes: Notes::new(store.clone(), feed.clone(), &setup.notes),
            absence_feeds: AbsenceFeeds::new(people.clone(), Web::new().unwrap(), &config),
            people: people.clone(),
            time_zone: jiff::tz::TimeZone::get("Europe/Madrid").unwrap(),
            feed: feed.clone(),
            control: Arc::clone(&control) as _,
            programming: programming.clone(),
            statistics: Statistics::new(store.clone(), &filled),
            queues: setup.queues.unwrap_or_else(|| Queues::new(None, feed.clone(), &config.ami)),
            country: "ES".parse().ok(),
            default_ttl: Some(SignedDuration::from_hours(24)),
        };
        let (address, run) = http::serve(&setup.http, rooms, shutdown.clone()).await.unwrap();
        let served = tokio::spawn(run);
        Self {
            address,
            store,
            feed,
            control,
            routing,
            desk: setup.desk,
            programming,
            directory: setup.directory,
            shutdown,
            served,
        }
    }

    /// One more journal of the same store.
    pub fn journal(&self) -> (Journal, JoinHandle<()>) {
        let config = storage_config(&format!("sqlite://{}/api.db", self.directory.path().display()));
        Journal::start(self.store.clone(), &config, self.shutdown.clone())
    }

    /// Somebody with a token of these scopes.
    pub async fn actor(&self, scopes: &[Scope]) -> Actor {
        self.named("actor", scopes).await
    }

    /// Somebody else who may do this.
    pub async fn named(&self, name: &str, scopes: &[Scope]) -> Actor {
        let (plain, token) = token::create(name, scopes, None, Timestamp::now());
        self.store.add_token(&token).await.unwrap();
        Actor::new(self.address, Some(plain))
    }

    /// The customer's system, which sends orders.
    pub async fn shop(&self) -> Actor {
        self.actor(&[Scope::OrdersRead, Scope::OrdersWrite]).await
    }

    /// Somebody who may do everything.
    pub async fn admin(&self) -> Actor {
        self.actor(&[Scope::Admin]).await
    }

    /// Somebody without a token.
    pub fn stranger(&self) -> Actor {
        Actor::new(self.address, None)
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
