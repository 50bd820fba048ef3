//! More calls than Asterisk answers in time: a share of them is turned away by the dialplan, which spares Asterisk
//! bringing each to us and back.

mod control;
mod pie;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use metrics::gauge;
use tokio::time::sleep;

use self::control::Control;
use super::door::Door;
use crate::tasks::clock;

/// How often the share is thought over.
const TICK: Duration = Duration::from_millis(100);
/// It is over when so long nothing had to be turned away.
const CALM: Duration = Duration::from_secs(2);
/// What the dialplan was told holds for so many seconds of Asterisk's clock, should we not live to tell it otherwise.
const BY_ITSELF_SECS: i64 = 5;
/// After so long it is told again.
const AGAIN: Duration = Duration::from_secs(1);

/// Whether calls are turned away.
#[derive(Debug, Default)]
pub(super) struct Shedding {
    is_running: AtomicBool,
}

/// What the dialplan is known to have been told, and when.
struct Told {
    permille: u32,
    at: Instant,
}

impl Door {
    /// Begins to turn calls away, unless it is being done. Ends by itself.
    pub(super) fn shed(&self) {
        let is_ending = self.services.registry.is_draining();
        if is_ending || self.shedding.is_running.swap(true, Ordering::AcqRel) {
            return;
        }
        let door = self.clone();
        self.tracker.spawn(async move {
            let begun = Instant::now();
            tracing::warn!("more calls come than can be served: what is too much goes to the fallback");
            door.keep_shedding().await;
            door.shedding.is_running.store(false, Ordering::Release);
            tracing::info!(secs = begun.elapsed().as_secs(), "all calls can be served again");
        });
    }

    async fn keep_shedding(&self) {
        let registry = &self.services.registry;
        let mut control = Control::new(registry.traffic());
        let begun = Instant::now();
        let mut told = Told { permille: 0, at: begun };
        let (mut last, mut calm_since) = (begun, begun);
        while calm_since.elapsed() < CALM && !registry.is_draining() {
            sleep(TICK).await;
            let now = Instant::now();
            let share = control.next(registry.traffic(), now - last);
            last = now;
            if share > 0.0 {
                calm_since = now;
            }
            gauge!("stasisd_calls_shed_share").set(share);
            self.turn_away(share, &mut told).await;
        }
        gauge!("stasisd_calls_shed_share").set(0.0);
        self.turn_away(0.0, &mut told).await;
    }

    /// Tells the dialplan the share, if that is news or what it was told will soon be forgotten.
    async fn turn_away(&self, share: f64, told: &mut Told) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 950")]
        let permille = (share * 1000.0).round() as u32;
        if permille == told.permille && (permille == 0 || told.at.elapsed() < AGAIN) {
            return;
        }
        let value = value(permille, clock::now().as_second());
        let name = variable(&self.services.app);
        match self.services.ari.set_global(&name, Some(&value)).await {
            Ok(()) => *told = Told { permille, at: Instant::now() },
            // It may have arrived all the same: what is too much is refused by us, and what was told is soon forgotten.
            Err(error) => {
                tracing::debug!(%error, permille, "the dialplan may not know how many calls to turn away");
            }
        }
    }
}

/// The dialplan's global that says how many calls of this application it turns away.
fn variable(app: &str) -> String {
    format!("STASISD_SHED_{app}")
}

/// Until when, in seconds since 1970, and in its last three digits how many of a thousand.
fn value(permille: u32, now_secs: i64) -> String {
    if permille == 0 { "0".to_owned() } else { format!("{}{permille:03}", now_secs + BY_ITSELF_SECS) }
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn a_time_and_a_share_in_one_number() {
        assert_eq!(value(0, 1_795_000_000), "0");
        assert_eq!(value(7, 1_795_000_000), "1795000005007");
        assert_eq!(value(950, 1_795_000_000), "1795000005950");
    }
}
