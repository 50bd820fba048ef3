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

/// How long those who are being refused, and those who came too late, may take to be on their way.
const LAST_ONES: Duration = Duration::from_secs(3);

/// Drains the calls; the second signal cuts it short.
pub async fn drain(door: &Door, shutdown: &Shutdown, config: &Config) {
    let limit = Duration::from_secs(config.calls.drain_timeout_secs);
    systemd::stopping(limit + HAND_BACK + LAST_ONES * 2);
    let registry = &door.services.registry;
    registry.drain();
    tracing::info!(calls = registry.count(), limit_secs = limit.as_secs(), "draining");
    let finished = shutdown.hard().run_until_cancelled(timeout(limit, registry.emptied())).await;
    if finished.is_none() {
        return;
    }
    if !matches!(finished, Some(Ok(()))) {
        tracing::warn!(calls = registry.count(), "the drain time is over: handing calls back");
        registry.tell_all(&LegEvent::Shutdown);
        let handed = shutdown.hard().run_until_cancelled(timeout(HAND_BACK, registry.emptied())).await;
        if !matches!(handed, Some(Ok(()))) {
            tracing::error!(
                calls = registry.count(),
                "calls are left in Stasis: the next start takes them up"
            );
        }
    }
    // Calls that are being refused are nobody's in the registry.
    door.tracker.close();
    let _ = shutdown.hard().run_until_cancelled(timeout(LAST_ONES, door.tracker.wait())).await;
}

/// Hands on whoever entered Stasis while the websocket closed.
pub async fn leave_nobody(door: &Door) {
    let looks = async {
        door.leave_nobody().await?;
        // Asterisk may have noticed a little later than we that the websocket is closed.
        tokio::time::sleep(Duration::from_millis(300)).await;
        door.leave_nobody().await
    };
    match timeout(LAST_ONES, looks).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "whether a call came too late cannot be seen"),
        Err(_) => tracing::warn!("Asterisk did not tell in time whether a call came too late"),
    }
}
