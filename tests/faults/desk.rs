//! The daemon's rooms beside the pretend Asterisk: the door takes its events, a test holds the conversations.

use std::{fs, sync::Arc, time::Duration};

use jiff::Timestamp;
use stasisd::{
    ari,
    calls::{Conversation, Leg, Marks, Registry, Services, Settled, Take, inbox, settle},
    config::Config,
    directory::{Contacts, Orders},
    feed::Feed,
    flow::Library,
    model::{CallId, CallRecord, CallState, ChannelId, Direction, Notice, NoticeKind, Position},
    outbound::{Ground, Outbound},
    routing::Routing,
    stasis::Door,
    storage::{Journal, Store},
    tasks::Pulse,
    tts::Speech,
    web::Web,
    webhooks::Webhooks,
};
use tempfile::TempDir;
use tokio::{sync::broadcast, task::JoinHandle, time::timeout};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

use crate::{
    fake_asterisk::Fake,
    listener::{SOON, eventually},
};

const FLOW: &str = "description = \"Waits\"\nlanguages = [\"en\"]\nstart = \"wait\"\n\
    [steps.wait]\ndo = \"pause\"\nsecs = 60\nnext = \"over\"\n[steps.over]\ndo = \"hangup\"\n";

/// Running until it is dropped.
pub struct Desk {
    pub fake: Fake,
    pub door: Door,
    notices: broadcast::Receiver<Arc<Notice>>,
    _folder: TempDir,
    _end: DropGuard,
}

impl Desk {
    /// Connected, with these settings.
    pub async fn open(change: impl FnOnce(&mut Config)) -> Self {
        Self::after(change, async |_, _| ()).await
    }

    /// The same, where an earlier life has left this in the store and in Asterisk.
    pub async fn after(change: impl FnOnce(&mut Config), left: impl AsyncFnOnce(&Store, &Fake)) -> Self {
        let (fake, folder) = (Fake::start().await, tempfile::tempdir().unwrap());
        let mut config = Config::defaults().unwrap();
        fs::create_dir(folder.path().join("flows")).unwrap();
        fs::write(folder.path().join("flows/wait.toml"), FLOW).unwrap();
        config.ari = fake.config();
        config.flows.directory = folder.path().join("flows");
        config.flows.default = "wait".to_owned();
        config.speech.voices.clear();
        config.speech.cache_directory = folder.path().join("prompts");
        config.speech.sounds_directory = concat!(env!("CARGO_MANIFEST_DIR"), "/sounds").into();
        config.storage.url = format!("sqlite://{}", folder.path().join("stasisd.db").display()).into();
        change(&mut config);

        let end = CancellationToken::new();
        let store = Store::open(&config.storage).await.unwrap();
        left(&store, &fake).await;
        let (journal, _written) = Journal::start(store.clone(), &config.storage, end.clone());
        let feed = Feed::new();
        let notices = feed.watch();
        let (client, wire, _) = ari::connect(&config.ari, end.clone()).unwrap();
        let (library, problems) = Library::load(&config.flows, None);
        assert!(problems.is_empty(), "{problems:?}");
        let services = Services {
            ari: client,
            speech: Speech::new(&config.speech, "http://127.0.0.1:1/prompts").unwrap(),
            journal,
            feed,
            registry: Registry::new(&config.calls),
            app: "stasisd".into(),
            config: Arc::new(config.calls.clone()),
            marks: Marks::default(),
        };
        let orders = Orders::new(store.clone(), &config.orders, None).unwrap();
        let webhooks = Webhooks::new(store.clone(), services.feed.clone(), &config.webhooks).unwrap();
        let (web, tracker) = (Web::new().unwrap(), TaskTracker::new());
        let contacts = Contacts::new(store.clone(), &config.lookup, None).unwrap();
        let door_store = store.clone();
        let ground = Ground { services, library, orders, contacts, web, store, webhooks, tracker };
        let outbound = Outbound::new(ground.clone(), &config).unwrap();
        let routing = Routing::new(door_store, &config).unwrap();
        let door = Door::new(ground, outbound, routing, &config);
        let runs = door.clone();
        tokio::spawn(async move { runs.run(wire, Arc::new(Pulse::new())).await });
        let (places, quit) = (door.outbound.clone(), end.clone());
        tokio::spawn(async move { places.run(quit).await });
        eventually("the door is open", || door.status.is_connected()).await;
        Self { fake, door, notices, _folder: folder, _end: end.drop_guard() }
    }

    /// A call that a test converses with: `id` is its channel's.
    pub fn converse(
        &self,
        record: CallRecord,
        mut conversation: impl Conversation + 'static,
        take: Take,
    ) -> JoinHandle<Settled> {
        let (inbox, events) = inbox();
        let services = self.door.services.clone();
        let id = record.channel.as_str().to_owned();
        assert!(services.registry.enter(&Arc::new(record.clone()), &inbox));
        // The door knows the channel already, so it begins no call of its own.
        assert!(self.fake.call(&id, "+34600000001", &[]));
        let leg = Leg::new(services, record, inbox, events, None);
        tokio::spawn(async move { settle(leg, &mut conversation, take).await })
    }

    /// What the pretend Asterisk was told of a channel: `POST continue`, ...
    pub fn told(&self, channel: &str) -> Vec<String> {
        let prefix = format!("channels/{channel}/");
        let commands = self.fake.commands();
        let of_it = commands.iter().filter_map(|seen| {
            let rest = seen.uri.strip_prefix(&prefix)?;
            Some(format!("{} {}", seen.method, rest.split(['?', '/']).next()?))
        });
        of_it.collect()
    }

    /// Whether a channel was handed to the fallback, once.
    pub fn handed_back(&self, channel: &str) -> bool {
        let commands = self.fake.commands();
        let of_it = |uri: &str| uri.starts_with(&format!("channels/{channel}/continue"));
        let handed: Vec<_> = commands.iter().filter(|seen| of_it(&seen.uri)).collect();
        handed.len() == 1 && format!("{} {}", handed[0].uri, handed[0].body).contains("stasisd-fallback")
    }

    /// The next notice of this kind.
    pub async fn notice(&mut self, kind: NoticeKind) -> Arc<Notice> {
        let found = timeout(SOON, async {
            loop {
                let notice = self.notices.recv().await.unwrap();
                if notice.kind == kind {
                    return notice;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("no {kind:?}"))
    }

    /// How many notices of this kind came that nobody has read.
    pub fn unread(&mut self, kind: NoticeKind) -> usize {
        let mut count = 0;
        while let Ok(notice) = self.notices.try_recv() {
            count += usize::from(notice.kind == kind);
        }
        count
    }
}

/// The record of a call on this channel that began so long ago.
pub fn record(channel: &str, ago: Duration) -> CallRecord {
    let channel = ChannelId::from(channel);
    CallRecord {
        id: CallId::of_channel(&channel, "then"),
        channel,
        direction: Direction::Inbound,
        state: CallState::Live,
        caller: None,
        caller_name: None,
        called: None,
        gateway: None,
        language: "en".to_owned(),
        position: Position { flow: "x".to_owned(), step: "y".to_owned(), visit: 1, ..Position::default() },
        started_at: Timestamp::now() - ago,
        answered_at: None,
        ended_at: None,
        disposition: None,
        cause: None,
        tech_cause: None,
        detail: None,
        route: None,
        taken_up: 0,
    }
}
