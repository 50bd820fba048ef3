//! SIGTERM with calls up: nothing new, let them finish, hand the rest back to the dialplan.

use std::time::Duration;

use tokio::time::timeout;

use crate::{
    calls::LegEvent,
    config::Config,
    stasis::Door,
    tasks::{Shutdown, systemd},
};

/// How long the calls that are left may take to be handed back.
const HAND_BACK: Duration = Duration::from_secs(8);

/// Drains the calls; the second signal cuts it short.
pub async fn drain(door: &Door, shutdown: &Shutdown, config: &Config) {
    let limit = Duration::from_secs(config.calls.drain_timeout_secs);
    systemd::stopping(limit + HAND_BACK);
    let registry = &door.services.registry;
    registry.drain();
    tracing::info!(calls = registry.count(), limit_secs = limit.as_secs(), "draining");
    let finished = shutdown.hard().run_until_cancelled(timeout(limit, registry.emptied())).await;
    if matches!(finished, Some(Ok(()))) {
        return;
    }
    if shutdown.hard().is_cancelled() {
        return;
    }
    tracing::warn!(calls = registry.count(), "the drain time is over: handing calls back");
    registry.tell_all(&LegEvent::Shutdown);
    let handed = shutdown.hard().run_until_cancelled(timeout(HAND_BACK, registry.emptied())).await;
    if !matches!(handed, Some(Ok(()))) {
        tracing::error!(calls = registry.count(), "calls are left in Stasis: the next start takes them up");
    }
}
