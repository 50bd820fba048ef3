//! Opening the rooms in order: store, speech, flows, orders, Asterisk, and the doors before them.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    Exit, Failed, OrExit,
    answers::ForScripts,
    helpline::Helpline,
    people::{self, PeopleRooms},
    queues::QueueRoom,
};
use crate::{
    ari::{self, Wire},
    calls::{Marks, Registry, Services},
    config::Config,
    directory::{Contacts, Notes, Orders},
    feed::Feed,
    flow::{self, Library},
    http,
    outbound::{Ground, Outbound},
    routing::Routing,
    scripts,
    stasis::Door,
    storage::{Journal, Store},
    tasks::{Pulse, Tasks, clock, systemd},
    tts::Speech,
    web::Web,
    webhooks::Webhooks,
};

/// Everything that is open, and how the last ones are closed.
pub struct Opened {
    /// Calls and what they stand on.
    pub door: Door,
    /// Who works here.
    pub people: PeopleRooms,
    /// The queues, live.
    pub queues: QueueRoom,
    /// What Asterisk tells.
    pub wire: mpsc::Receiver<Wire>,
    /// Closes the websocket.
    pub wire_end: CancellationToken,
    /// Ends when it is closed.
    pub wire_task: JoinHandle<()>,
    /// Closes the journal.
    pub journal_end: CancellationToken,
    /// Ends when everything is written.
    pub journal_task: JoinHandle<()>,
}

/// Opens everything that `config` names. Nothing is spawned yet that takes calls.
pub async fn open(config: &Config) -> Result<Opened, Failed> {
    let store = Store::open(&config.storage).await.or_exit(Exit::Unavailable)?;
    let store = store.telling_attempts(config.webhooks.attempts);
    let feed = Feed::new();
    let journal_end = CancellationToken::new();
    let (journal, journal_task) = Journal::start(store.clone(), &config.storage, journal_end.clone());
    journal.follow(feed.watch());
    let speech = Speech::new(&config.speech, &prompt_base(config)).or_exit(Exit::Disk)?;
    let (library, problems) = Library::load(&config.flows, Some(&config.speech.sounds_directory));
    flow::log(&problems);
    let orders = Orders::new(store.clone(), &config.orders, config.calls.country.parse().ok())
        .or_exit(Exit::Config)?;
    let country = config.calls.country.parse().ok();
    let contacts = Contacts::new(store.clone(), &config.lookup, country).or_exit(Exit::Config)?;
    let web = Web::new().or_exit(Exit::System)?;
    let people = people::open(config, store.clone(), feed.clone(), web.clone()).await?;
    let wire_end = CancellationToken::new();
    let (client, wire, wire_task) = ari::connect(&config.ari, wire_end.clone()).or_exit(Exit::Config)?;
    let services = Services {
        ari: client,
        speech,
        journal,
        feed,
        registry: Registry::new(&config.calls),
        app: config.ari.app.as_str().into(),
        config: Arc::new(config.calls.clone()),
        marks: Marks::default(),
    };
    let webhooks =
        Webhooks::new(store.clone(), services.feed.clone(), &config.webhooks).or_exit(Exit::Config)?;
    let routing = Routing::new(store.clone(), config).map_err(anyhow::Error::msg).or_exit(Exit::Config)?;
    routing.reread().await.or_exit(Exit::Unavailable)?;
    let queues = super::queues::open(config, &services.feed)?;
    let tracker = TaskTracker::new();
    let ground = Ground { services, library, orders, contacts, web, store, webhooks, tracker };
    let outbound = Outbound::new(ground.clone(), config).map_err(anyhow::Error::msg).or_exit(Exit::Config)?;
    let door = Door::new(ground, outbound, routing, config);
    Ok(Opened { door, people, queues, wire, wire_end, wire_task, journal_end, journal_task })
}

/// What the control port stands on.
pub fn for_http(
    config: &Config,
    door: &Door,
    helpline: &Helpline,
    control: Arc<dyn http::Control>,
) -> http::Rooms {
    let hours = config.orders.default_ttl_hours;
    let hours = i64::try_from(hours).ok().filter(|hours| (1..=1_000_000).contains(hours));
    http::Rooms {
        store: door.store.clone(),
        contacts: door.contacts.clone(),
        notes: Notes::new(door.store.clone(), door.services.feed.clone(), &config.notes),
        people: helpline.people.people.clone(),
        absence_feeds: helpline.people.feeds.clone(),
        messaging: helpline.messaging.clone(),
        time_zone: jiff::tz::TimeZone::get(&config.calls.time_zone).unwrap_or(jiff::tz::TimeZone::UTC),
        feed: door.services.feed.clone(),
        control,
        programming: helpline.programming.programming.clone(),
        statistics: helpline.programming.statistics.clone(),
        queues: helpline.queues.queues.clone(),
        timetables: helpline.timetables.clone(),
        routing: door.routing.clone(),
        routing_defaults: http::RoutingDefaults::new(config),
        country: config.calls.country.parse().ok(),
        default_ttl: hours.map(jiff::SignedDuration::from_hours),
    }
}

/// Spawns what runs beside the calls: the watchdog, the flow files' watch, retention.
pub fn spawn_loops(tasks: &Tasks, config: &Config, door: &Door, pulse: &Arc<Pulse>) {
    let soft = tasks.shutdown().soft().clone();
    if let Some(interval) = systemd::watchdog_interval() {
        let stop = tasks.shutdown().hard().clone();
        tasks.spawn_loop("watchdog", systemd::feed_watchdog(interval, Arc::clone(pulse), stop));
    }
    if config.flows.watch {
        let (library, feed, soft) = (door.library.clone(), door.services.feed.clone(), soft.clone());
        tasks.spawn_loop("flows", async move { library.watch(soft, feed).await });
    }
    if config.fastagi.enabled {
        let notes = Notes::new(door.store.clone(), door.services.feed.clone(), &config.notes);
        let answers = ForScripts { door: door.clone(), notes, country: config.calls.country.parse().ok() };
        let serving = scripts::serve(config.fastagi.clone(), Arc::new(answers), tasks.shutdown().clone());
        tasks.spawn_loop("fastagi", async move {
            serving.await;
            Ok::<_, std::convert::Infallible>(())
        });
    }
    let (outbound, quit) = (door.outbound.clone(), soft.clone());
    tasks.spawn_loop("outbound", async move {
        outbound.run(quit).await;
        Ok::<_, std::convert::Infallible>(())
    });
    let (webhooks, shutdown) = (door.webhooks.clone(), tasks.shutdown().clone());
    tasks.spawn_loop("webhooks", async move {
        webhooks.run(shutdown).await;
        Ok::<_, std::convert::Infallible>(())
    });
    let (routing, quit) = (door.routing.clone(), soft.clone());
    tasks.spawn_loop("routing", async move {
        routing.run(quit).await;
        Ok::<_, std::convert::Infallible>(())
    });
    let (store, retention) = (door.store.clone(), config.retention.clone());
    tasks.spawn_loop("retention", async move {
        let mut ticks = tokio::time::interval(Duration::from_secs(retention.sweep_minutes.max(1) * 60));
        while soft.run_until_cancelled(ticks.tick()).await.is_some() {
            match store.sweep(&retention, clock::now()).await {
                Ok(swept) => tracing::debug!(?swept, "old rows deleted"),
                Err(error) => tracing::warn!(%error, "old rows could not be deleted; trying again later"),
            }
        }
        Ok::<_, std::convert::Infallible>(())
    });
}

fn prompt_base(config: &Config) -> String {
    if config.speech.prompt_url.is_empty() {
        let scheme = if config.http.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}/prompts", config.http.listen)
    } else {
        config.speech.prompt_url.clone()
    }
}
