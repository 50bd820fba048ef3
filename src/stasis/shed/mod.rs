//! More calls than can be served: a share of them is turned away by the dialplan, which spares Asterisk bringing each to
//! us and back.

mod control;
mod pie;

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::{Duration, Instant},
};

use metrics::gauge;
use tokio::time::sleep;

use self::control::Control;
use super::door::Door;
use crate::ari::AriError;

/// How often the share is thought over.
const TICK: Duration = Duration::from_millis(100);
/// It is over when so long nothing had to be turned away.
const CALM: Duration = Duration::from_secs(2);

/// What the dialplan was told.
#[derive(Debug, Default)]
pub(super) struct Shedding {
    is_running: AtomicBool,
    permille: AtomicU32,
}

impl Door {
    /// Begins to turn calls away, unless it is being done. Ends by itself.
    pub(super) fn shed(&self) {
        if self.shedding.is_running.swap(true, Ordering::AcqRel) {
            return;
        }
        let door = self.clone();
        self.tracker.spawn(async move {
            let begun = Instant::now();
            tracing::warn!(
                "more calls come than can be served: the dialplan sends a share of them to the fallback"
            );
            door.keep_shedding().await;
            door.shedding.is_running.store(false, Ordering::Release);
            let secs = begun.elapsed().as_secs();
            tracing::info!(secs, "calls can be served again: the dialplan sends none to the fallback");
        });
    }

    async fn keep_shedding(&self) {
        let registry = &self.services.registry;
        let mut control = Control::new(self.services.config.max_per_second, registry.traffic());
        let (mut last, mut calm_since) = (Instant::now(), Instant::now());
        while calm_since.elapsed() < CALM && !registry.is_draining() {
            sleep(TICK).await;
            let now = Instant::now();
            let share = control.next(registry.traffic(), now - last);
            last = now;
            if share > 0.0 {
                calm_since = now;
            }
            gauge!("stasisd_calls_shed_share").set(share);
            self.turn_away(share).await;
        }
        gauge!("stasisd_calls_shed_share").set(0.0);
        self.turn_away(0.0).await;
    }

    /// Tells the dialplan the share, if that is news.
    async fn turn_away(&self, share: f64) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 1000")]
        let permille = (share * 1000.0).round() as u32;
        if permille != self.shedding.permille.load(Ordering::Acquire)
            && let Err(error) = self.tell_permille(permille).await
        {
            // Each call that is too many is refused by us; the next tick, or the next connection, tells it again.
            tracing::debug!(%error, permille, "the dialplan does not know how many calls to turn away");
        }
    }

    /// On each connect: what an earlier life told is no longer so, and an Asterisk that was restarted knows nothing.
    pub(super) async fn forget_shedding(&self) -> Result<(), AriError> {
        self.tell_permille(0).await
    }

    async fn tell_permille(&self, permille: u32) -> Result<(), AriError> {
        let name = variable(&self.services.app);
        self.services.ari.set_global(&name, Some(&permille.to_string())).await?;
        self.shedding.permille.store(permille, Ordering::Release);
        Ok(())
    }
}

/// The dialplan's global that says how many of a thousand calls of this application it turns away.
fn variable(app: &str) -> String {
    format!("STASISD_SHED_{app}")
}
