//! More calls than Asterisk answers in time: a share of them is turned away by the dialplan, which spares Asterisk
//! bringing each to us and back.

mod control;
mod pie;

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use metrics::gauge;
use tokio::time::sleep;

use self::control::Control;
use super::{door::Door, gate};

/// How often the share is thought over.
const TICK: Duration = Duration::from_millis(100);
/// It is over when so long nothing had to be turned away.
const CALM: Duration = Duration::from_secs(2);
/// Or when we had to refuse none so long: where each answer takes long by itself, fewer calls do not make it quicker,
/// and a share could stay for ever. If it is needed it is soon found anew.
const NEEDED: Duration = Duration::from_secs(10);
/// More than this the share can hardly do: when it is so much for so long, it is not enough.
const MOST: f64 = 0.9;
const MOST_FOR: Duration = Duration::from_secs(2);
/// What the dialplan was told holds for so many seconds of Asterisk's clock, should we not live to tell it otherwise.
const BY_ITSELF_SECS: i64 = 5;
/// After so long it is told again.
const AGAIN: Duration = Duration::from_secs(1);

/// Whether calls are turned away.
#[derive(Debug, Default)]
pub(super) struct Shedding {
    is_running: AtomicBool,
    /// As many are as can be, and it is not enough.
    is_most: AtomicBool,
    /// Calls that stood in a queue and were refused by us, since the start.
    refused: AtomicU64,
}

/// As long as calls are turned away.
struct Running(Arc<Shedding>);

impl Running {
    fn begin(shedding: &Arc<Shedding>) -> Option<Self> {
        (!shedding.is_running.swap(true, Ordering::AcqRel)).then(|| Self(Arc::clone(shedding)))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        gauge!("stasisd_calls_shed_share").set(0.0);
        self.0.is_most.store(false, Ordering::Release);
        self.0.is_running.store(false, Ordering::Release);
    }
}

/// What the dialplan is known to have been told, and when.
struct Told {
    permille: u32,
    at: Instant,
}

impl Door {
    /// Begins to turn calls away, unless it is being done. Ends by itself. False if that is not enough, which may be
    /// because the dialplan does not obey.
    pub(super) fn shed(&self) -> bool {
        self.shedding.refused.fetch_add(1, Ordering::AcqRel);
        if self.services.registry.is_draining() {
            return false;
        }
        let Some(running) = Running::begin(&self.shedding) else {
            return !self.shedding.is_most.load(Ordering::Acquire);
        };
        let door = self.clone();
        self.tracker.spawn(async move {
            let begun = Instant::now();
            tracing::warn!("more calls come than can be served: what is too much goes to the fallback");
            door.keep_shedding(&running.0).await;
            tracing::info!(secs = begun.elapsed().as_secs(), "no calls are turned away any more");
        });
        true
    }

    /// The dialplan lets all calls come, whatever an earlier life told it. Best effort: it ends by itself too.
    pub(super) async fn let_all_come(&self) {
        for name in [variable(&self.services.app), gate::variable(&self.services.app)] {
            if let Err(error) = self.services.ari.set_global(&name, None).await {
                tracing::debug!(%error, name, "what an earlier life turned away ends by itself");
            }
        }
    }

    async fn keep_shedding(&self, shedding: &Shedding) {
        let registry = &self.services.registry;
        let mut control = Control::new(registry.traffic());
        let begun = Instant::now();
        let mut told = Told { permille: 0, at: begun };
        let (mut last, mut calm_since, mut less_at) = (begun, begun, begun);
        let (mut refused, mut needed_at) = (shedding.refused.load(Ordering::Acquire), begun);
        while calm_since.elapsed() < CALM && needed_at.elapsed() < NEEDED && !registry.is_draining() {
            sleep(TICK).await;
            let now = Instant::now();
            let share = control.next(registry.traffic(), now - last);
            last = now;
            if share > 0.0 {
                calm_since = now;
            }
            let refused_now = shedding.refused.load(Ordering::Acquire);
            if refused_now != refused {
                (refused, needed_at) = (refused_now, now);
            }
            if share < MOST {
                less_at = now;
            }
            shedding.is_most.store(less_at.elapsed() > MOST_FOR, Ordering::Release);
            self.turn_away(share, &mut told).await;
        }
        self.turn_away(0.0, &mut told).await;
    }

    /// Tells the dialplan the share, if that is news or what it was told will soon be forgotten.
    async fn turn_away(&self, share: f64, told: &mut Told) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 950")]
        let permille = (share * 1000.0).round() as u32;
        if permille == told.permille && (permille == 0 || told.at.elapsed() < AGAIN) {
            return;
        }
        let value = value(permille, self.asterisk_secs());
        let name = variable(&self.services.app);
        match self.services.ari.set_global(&name, Some(&value)).await {
            Ok(()) => {
                gauge!("stasisd_calls_shed_share").set(f64::from(permille) / 1000.0);
                *told = Told { permille, at: Instant::now() };
            }
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
