//! What systemd is told (`sd_notify(3)`); without systemd all of it does nothing.

use std::{convert::Infallible, sync::Arc, time::Duration};

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

use super::Pulse;

/// Start-up is finished: sent when calls can come.
pub fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

/// The one line that `systemctl status` shows.
pub fn status(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

/// A reload begins; [`ready`] ends it.
pub fn reloading() {
    let mut states = vec![NotifyState::Reloading];
    // Asked for by `Type=notify-reload`, harmless to `Type=notify`.
    states.extend(NotifyState::monotonic_usec_now().ok());
    tell(&states);
}

/// Stopping begins; it may take as long as `drain` and a bit, whatever the unit says.
pub fn stopping(drain: Duration) {
    let time = drain.saturating_add(Duration::from_secs(10));
    let micros = u32::try_from(time.as_micros()).unwrap_or(u32::MAX);
    tell(&[
        NotifyState::Stopping,
        NotifyState::Status("Draining calls"),
        NotifyState::ExtendTimeoutUsec(micros),
    ]);
}

/// How often systemd wants a sign of life, if it does (`WatchdogSec=`).
#[must_use]
pub fn watchdog_interval() -> Option<Duration> {
    sd_notify::watchdog_enabled()
}

/// Feeds the watchdog while `pulse` beats, until `stop`; a pulse silent for half the interval gets nothing, so
/// that systemd ends a daemon whose ARI loop hangs and starts a new one, which takes its calls up.
///
/// # Errors
/// None; the type is that of a loop.
pub async fn feed_watchdog(
    interval: Duration,
    pulse: Arc<Pulse>,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    let mut ticks = tokio::time::interval(interval / 4);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let silence = pulse.silence();
        if is_fed(silence, interval) {
            tell(&[NotifyState::Watchdog]);
        } else {
            let secs = silence.as_secs_f32();
            tracing::error!(silence_secs = secs, "the ARI loop does not turn: the watchdog is not fed");
        }
    }
    Ok(())
}

/// Half the interval, so that systemd acts within one interval of the last turn and a half.
fn is_fed(silence: Duration, interval: Duration) -> bool {
    silence <= interval / 2
}

fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "cannot reach the service manager's socket");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_hangs_starves_the_watchdog() {
        let interval = Duration::from_secs(30);
        assert!(is_fed(Duration::from_secs(1), interval));
        assert!(!is_fed(Duration::from_secs(16), interval));
    }
}
