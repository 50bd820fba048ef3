//! `stasisd run`: start, serve, drain, stop.

use std::{convert::Infallible, sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::{Exit, Failed, OrExit, control::Rooms, drain, helpline, rooms, telemetry::Metrics};
use crate::{
    calls::Intercom,
    config::Config,
    http,
    stasis::Door,
    tasks::{Pulse, Shutdown, Tasks, signals::Signals, systemd},
};

/// How long tasks may take to end once they were told to stop hard.
const SETTLE: Duration = Duration::from_secs(5);

/// Runs the daemon until a signal or a failure ends it.
///
/// # Errors
/// What could not be started, or the loop that failed, each with its exit code.
pub async fn run(config: Config, metrics: Metrics) -> Result<(), Failed> {
    let shutdown = Shutdown::new();
    let _all_stops_with_us = shutdown.guard();
    let tasks = Tasks::new(shutdown.clone());
    let signals = Signals::catch().or_exit(Exit::System)?;
    let opened = rooms::open(&config).await?;
    let door = opened.door;

    let intercom = Intercom::new(door.services.clone(), door.tracker.clone());
    let control = Arc::new(Rooms { door: door.clone(), intercom, metrics: metrics.clone() });
    let http_end = CancellationToken::new();
    let helpline = helpline::open(&config, &door, opened.people, opened.queues)?;
    let for_http = rooms::for_http(&config, &door, &helpline, control);
    let (address, serving) =
        http::serve(&config.http, for_http, http_end.clone()).await.or_exit(Exit::System)?;
    tracing::info!(%address, "the control port listens");

    let pulse = Arc::new(Pulse::new());
    tokio::spawn(signals.obey(shutdown.clone(), reload(&door)));
    tasks.spawn_loop("metrics", metrics.upkeep(shutdown.hard().clone()));
    rooms::spawn_loops(&tasks, &config, &door, &pulse);
    helpline.spawn(&tasks, &config, &door);
    tasks.spawn_loop("http", async move {
        serving.await;
        Ok::<_, Infallible>(())
    });
    tasks.spawn_loop("stasis", {
        let (door, wire, soft) = (door.clone(), opened.wire, shutdown.clone());
        async move {
            door.run(wire, pulse).await;
            soft.drain();
            Ok::<_, Infallible>(())
        }
    });
    systemd::ready(&format!("Control port on {address}"));

    shutdown.soft().cancelled().await;
    let replaced = door.status.is_replaced();
    if !replaced {
        drain::drain(&door, &shutdown, &config).await;
    }
    let forced = shutdown.hard().is_cancelled();
    let was_connected = door.status.is_connected();
    opened.wire_end.cancel();
    http_end.cancel();
    let _ = opened.wire_task.await;
    if was_connected && !replaced && !forced {
        drain::leave_nobody(&door).await;
    }
    shutdown.abort();
    let stuck = tasks.wait(SETTLE).await;
    if !stuck.is_empty() {
        tracing::warn!(tasks = ?stuck, "these did not stop in time");
    }
    opened.journal_end.cancel();
    let _ = opened.journal_task.await;
    match tasks.failure() {
        Some(failure) => Err(Failed::new(Exit::Internal, failure)),
        None if forced => Err(Failed::new(Exit::Forced, "a second signal ended it before it had drained")),
        None if replaced => Err(Failed::new(Exit::Replaced, door.status.words())),
        None => Ok(()),
    }
}

/// What SIGHUP does: the flow files are read again, on a thread of its own.
fn reload(door: &Door) -> impl Fn() + Send + use<> {
    let (library, feed) = (door.library.clone(), door.services.feed.clone());
    move || {
        let (library, feed) = (library.clone(), feed.clone());
        tokio::task::spawn_blocking(move || {
            systemd::reloading();
            library.reload_and_tell(&feed);
            systemd::ready("Flows reloaded");
        });
    }
}
