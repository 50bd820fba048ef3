//! Start: parse everything, open the store, bind, then spawn; and the way back.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{control::Rooms, drain, telemetry::Recorder};
use crate::{
    ari,
    calls::{Registry, Services},
    config::Config,
    directory::{DirectoryError, Orders},
    feed::Feed,
    flow::Library,
    http,
    stasis::Door,
    storage::{Journal, StorageError, Store},
    tasks::{Failure, Pulse, Shutdown, Tasks, clock, signals::Signals, systemd},
    tts::{Speech, SpeechError},
};

/// Why the daemon did not start, or ended by itself.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The store cannot be opened.
    #[error("storage: {0}")]
    Storage(#[from] StorageError),
    /// The prompt cache cannot be used.
    #[error("speech: {0}")]
    Speech(#[from] SpeechError),
    /// The order source is set up wrongly.
    #[error("orders.source: {0}")]
    Orders(#[from] DirectoryError),
    /// The ARI settings are wrong.
    #[error("ari: {0}")]
    Ari(#[from] ari::AriError),
    /// The control port cannot be served.
    #[error("http: {0}")]
    Http(#[from] http::HttpError),
    /// The kernel refuses signal handlers.
    #[error("signals: {0}")]
    Signals(std::io::Error),
    /// A loop died.
    #[error("{0}")]
    Loop(Failure),
}

/// Runs the daemon until a signal ends it.
///
/// # Errors
/// What could not be opened, or which loop died.
pub async fn run(config: Config, recorder: Recorder) -> Result<(), RunError> {
    let shutdown = Shutdown::new();
    let _leave_nothing = shutdown.guard();
    let tasks = Tasks::new(shutdown.clone());
    let signals = Signals::catch().map_err(RunError::Signals)?;

    let store = Store::open(&config.storage).await?;
    let feed = Feed::new();
    // These three end last: calls that are settled while the daemon stops still need them.
    let wire_end = CancellationToken::new();
    let journal_end = CancellationToken::new();
    let (journal, journal_task) = Journal::start(store.clone(), &config.storage, journal_end.clone());
    journal.follow(feed.watch());
    let speech = Speech::new(&config.speech, prompt_base(&config))?;
    let (library, problems) = Library::load(&config.flows);
    for problem in problems {
        tracing::error!("flow file: {problem}");
    }
    let orders = Orders::new(store.clone(), &config.orders)?;
    let (client, wire, wire_task) = ari::connect(&config.ari, wire_end.clone())?;

    let services = Services {
        ari: client,
        speech,
        journal: journal.clone(),
        feed: feed.clone(),
        registry: Registry::new(&config.calls),
        config: Arc::new(config.calls.clone()),
    };
    let door = Door::new(services, library.clone(), orders, store.clone(), &config);
    let rooms = Arc::new(Rooms { door: door.clone(), recorder });
    let control = http::Rooms {
        store: store.clone(),
        feed: feed.clone(),
        control: rooms.clone(),
        country: config.calls.country.parse().ok(),
        default_ttl: ttl(config.orders.default_ttl_hours),
    };
    let http_end = CancellationToken::new();
    let (address, serving) = http::serve(&config.http, control, http_end.clone()).await?;
    tracing::info!(%address, "control port listens");

    let pulse = Arc::new(Pulse::new());
    spawn_loops(&tasks, &config, &door, &store, &feed, &pulse);
    tasks.spawn_loop("stasis", {
        let (door, pulse) = (door.clone(), Arc::clone(&pulse));
        async move {
            door.run(wire, pulse).await;
            Ok::<_, std::convert::Infallible>(())
        }
    });
    tasks.spawn_loop("http", serving);
    let reload = {
        let library = library.clone();
        move || drop(tokio::task::spawn_blocking({
            let library = library.clone();
            move || {
                systemd::reloading();
                library.reload();
                systemd::ready("reloaded");
            }
        }))
    };
    tokio::spawn(signals.obey(shutdown.clone(), reload));
    systemd::ready("Running");

    shutdown.soft().cancelled().await;
    drain::drain(&door, &shutdown, &config).await;
    wire_end.cancel();
    http_end.cancel();
    let _ = wire_task.await;
    let left = tasks.wait(Duration::from_secs(5)).await;
    if !left.is_empty() {
        tracing::warn!(?left, "these did not end in time");
    }
    journal_end.cancel();
    let _ = journal_task.await;
    tracing::info!("stopped");
    tasks.failure().map_or(Ok(()), |failure| Err(RunError::Loop(failure.clone())))
}

fn spawn_loops(tasks: &Tasks, config: &Config, door: &Door, store: &Store, feed: &Feed, pulse: &Arc<Pulse>) {
    let soft = tasks.shutdown().soft().clone();
    if let Some(interval) = systemd::watchdog_interval() {
        tasks.spawn_loop("watchdog", systemd::feed_watchdog(interval, Arc::clone(pulse), soft.clone()));
    }
    if config.flows.watch {
        let (library, feed, soft) = (door.library.clone(), feed.clone(), soft.clone());
        tasks.spawn_loop("flows", async move { library.watch(soft, feed).await });
    }
    let (store, retention) = (store.clone(), config.retention.clone());
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

fn ttl(hours: u64) -> Option<jiff::SignedDuration> {
    (hours > 0).then(|| jiff::SignedDuration::from_hours(i64::try_from(hours).unwrap_or(i64::MAX / 3600)))
}

