//! `stasisd run`: start, serve, drain, stop.

use std::{sync::Arc, time::Duration};

use super::{Exit, Failed, OrExit, telemetry::Metrics};
use crate::{
    config::Config,
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
    let pulse = Arc::new(Pulse::new());

    tokio::spawn(signals.obey(shutdown.clone(), || {}));
    tasks.spawn_loop("metrics", metrics.upkeep(shutdown.hard().clone()));
    if let Some(interval) = systemd::watchdog_interval() {
        let stop = shutdown.hard().clone();
        tasks.spawn_loop("watchdog", systemd::feed_watchdog(interval, pulse, stop));
    }
    systemd::ready("Up");

    shutdown.soft().cancelled().await;
    let drain = Duration::from_secs(config.calls.drain_timeout_secs);
    systemd::stopping(drain);
    shutdown.abort();
    let stuck = tasks.wait(SETTLE).await;
    if !stuck.is_empty() {
        tracing::warn!(tasks = ?stuck, "these did not stop in time");
    }
    match tasks.failure() {
        Some(failure) => Err(Failed::new(Exit::Internal, failure)),
        None => Ok(()),
    }
}
