//! A fresh store, a team with its timetable, and the time as the test wants it.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::TimeZone,
};
use serde_json::Value;
use sqlx::{Connection, SqliteConnection};
use stasisd::{
    config::{ChannelConfig, ChannelKind, Config, StorageConfig},
    feed::Feed,
    messaging::{Caller, DayFigures, Facts, FailedPlanning, Messaging, Says, Shifts, World},
    model::{CallOrderId, Cell, Day, Message, Notice, NoticeKind, Person, PersonId, Slot, Timetable, Week},
    outbound::{Accepted, CallRequest, OrderError, Rejected},
    storage::{MessageQuery, PageRequest, Store},
};
use tokio::sync::broadcast;

use crate::{records, temp::TempDir};

pub struct Base {
    pub messaging: Messaging,
    pub store: Store,
    pub team: Arc<Team>,
    pub notices: broadcast::Receiver<Arc<Notice>>,
    pub config: Config,
    directory: TempDir,
}

/// What the other rooms would say, and what they are asked.
#[derive(Default)]
pub struct Team {
    pub facts: Mutex<Facts>,
    pub figures: Mutex<Option<DayFigures>>,
    pub figures_asked: Mutex<u32>,
    pub failed: Mutex<Vec<FailedPlanning>>,
    pub called: Mutex<Vec<CallRequest>>,
    /// What ordering a call says, unless it is accepted as this order.
    pub refuses: Mutex<Option<OrderError>>,
    pub accepts: Mutex<Option<CallOrderId>>,
}

impl World for Team {
    fn facts(&self, _: Timestamp) -> BoxFuture<'_, Facts> {
        Box::pin(async { self.facts.lock().unwrap().clone() })
    }

    fn person<'a>(&'a self, id: &'a PersonId) -> BoxFuture<'a, Option<Person>> {
        Box::pin(async { self.facts.lock().unwrap().persons.iter().find(|person| person.id == *id).cloned() })
    }

    fn figures<'a>(&'a self, queue: &'a str, _: Date) -> BoxFuture<'a, Option<DayFigures>> {
        assert_eq!(queue, "operators");
        *self.figures_asked.lock().unwrap() += 1;
        Box::pin(async { self.figures.lock().unwrap().clone() })
    }

    fn failed_plannings(&self, _: Timestamp) -> BoxFuture<'_, Vec<FailedPlanning>> {
        Box::pin(async { self.failed.lock().unwrap().clone() })
    }
}

impl Caller for Team {
    fn order(&self, request: CallRequest) -> BoxFuture<'_, Result<Accepted, OrderError>> {
        let number = request.number.clone();
        self.called.lock().unwrap().push(request);
        if let Some(id) = *self.accepts.lock().unwrap() {
            let order = records::call_order(id, &number, "desks", at("2026-11-23T12:00:00"));
            return Box::pin(async { Ok(Accepted { order, is_new: true }) });
        }
        let refused = self.refuses.lock().unwrap().clone();
        let refused = refused.unwrap_or_else(|| {
            Rejected { field: "number", what: "nobody is called in this test".to_owned() }.into()
        });
        Box::pin(async { Err(refused) })
    }
}

/// A moment in Madrid.
pub fn at(text: &str) -> Timestamp {
    text.parse::<DateTime>().unwrap().to_zoned(zone()).unwrap().timestamp()
}

pub fn zone() -> TimeZone {
    TimeZone::get("Europe/Madrid").unwrap()
}

pub fn id(text: &str) -> PersonId {
    PersonId::parse(text).unwrap()
}

/// anna and bert from nine to a quarter past ten on Monday the 23rd.
pub fn facts() -> Facts {
    let week = Week::parse("2026-11-23").unwrap();
    let hours = ["09:00", "10:15"].map(|time| time.parse().unwrap());
    let mut table = Timetable::empty("phones", week, &[Day::Mon], &hours, 2);
    for (line, name) in ["anna", "bert"].iter().enumerate() {
        *table.cell_mut(Slot { day: Day::Mon, shift: 0 }, line).unwrap() = Cell::Person(id(name));
    }
    let anna = Person {
        name: "Ànna".into(),
        email: Some("anna@desk.example".into()),
        extension: Some("201".into()),
        account: Some("U201".into()),
        ..Person::new(id("anna"))
    };
    let bert = Person {
        phone: Some("+34600000002".into()),
        extension: Some("202".into()),
        ..Person::new(id("bert"))
    };
    let shifts = vec![Shifts { table, zone: zone(), queue: "operators".into() }];
    Facts { persons: vec![anna, bert], shifts, ..Facts::default() }
}

/// The same people, without a timetable.
pub fn people() -> Facts {
    Facts { shifts: Vec::new(), ..facts() }
}

/// The shipped settings, in Madrid, allowed to talk to this machine.
pub fn config() -> Config {
    let mut config = Config::defaults().unwrap();
    config.calls.time_zone = "Europe/Madrid".to_owned();
    config.webhooks.allow_private = true;
    config.messaging.timeout_ms = 1_000;
    config
}

/// A chat at this address.
pub fn chat(url: &str) -> ChannelConfig {
    ChannelConfig { url: Some(url.into()), ..ChannelConfig::new(ChannelKind::Webhook) }
}

/// With this channel as the team's.
pub fn with_team(channel: ChannelConfig) -> Config {
    let mut config = config();
    config.messaging.channels.insert("team".to_owned(), channel);
    config.messaging.team_channel = "team".to_owned();
    config
}

impl Base {
    pub async fn with(config: Config) -> Self {
        let directory = TempDir::new("messaging");
        Self::open(config, directory, Arc::default()).await
    }

    async fn open(mut config: Config, directory: TempDir, team: Arc<Team>) -> Self {
        let url = format!("sqlite://{}/stasisd.db", directory.path().display());
        config.storage = StorageConfig { url: url.into(), ..config.storage };
        let store = Store::open(&config.storage).await.unwrap();
        let feed = Feed::new();
        let notices = feed.watch();
        let messaging = Messaging::new(
            store.clone(),
            feed,
            &config,
            Arc::clone(&team) as Arc<dyn World>,
            Arc::clone(&team) as Arc<dyn Caller>,
        );
        Self { messaging: messaging.unwrap(), store, team, notices, config, directory }
    }

    /// The team has this timetable.
    pub fn knows(self, facts: Facts) -> Self {
        *self.team.facts.lock().unwrap() = facts;
        self
    }

    /// The daemon is gone, and another begins on the same database.
    pub async fn restart(self) -> Self {
        Self::open(self.config, self.directory, self.team).await
    }

    /// Another daemon on the same database.
    pub async fn beside(&self) -> Messaging {
        let store = Store::open(&self.config.storage).await.unwrap();
        let (world, caller): (Arc<dyn World>, Arc<dyn Caller>) = (self.team.clone(), self.team.clone());
        Messaging::new(store, Feed::new(), &self.config, world, caller).unwrap()
    }

    /// Does something behind the store's back.
    pub async fn execute(&self, sql: &'static str) {
        let mut other = SqliteConnection::connect(self.config.storage.url.expose()).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut other).await.unwrap();
    }

    /// What is due at that moment is written down and tried.
    pub async fn turn(&self, now: Timestamp) {
        self.messaging.turn(now).await;
        self.messaging.settled().await;
    }

    pub async fn say(&self, to: &str, text: &str, now: Timestamp) -> Message {
        let says = Says { to: Some(to.into()), text: text.into(), by: "desk".into(), ..Says::default() };
        self.messaging.say(says, now).await.unwrap().message
    }

    /// All messages, the oldest first.
    pub async fn messages(&self) -> Vec<Message> {
        let page = PageRequest { cursor: None, limit: 200 };
        let mut all = self.store.messages(&MessageQuery::default(), &page).await.unwrap().items;
        all.reverse();
        all
    }

    pub async fn message(&self, message: &Message) -> Message {
        self.store.message(message.id).await.unwrap().unwrap()
    }

    /// The kinds and data of what was posted to the feed.
    pub fn told(&mut self) -> Vec<(NoticeKind, Value)> {
        std::iter::from_fn(|| self.notices.try_recv().ok()).map(|n| (n.kind, n.data.clone())).collect()
    }
}
