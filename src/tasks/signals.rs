//! Signals: TERM or INT drains, a second one ends now, HUP reloads.

use std::{io, process, time::Duration};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Shutdown;

/// How long the process may take to end after the second signal, before it is ended where it stands.
const LAST: Duration = Duration::from_secs(1);

/// Exit code of a process that a second signal ended: what a shell reports for SIGINT.
pub const FORCED: u8 = 130;

/// The signals that concern us, caught from when this is made.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    /// Begins to catch them.
    ///
    /// # Errors
    /// The kernel refuses a handler.
    pub fn catch() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Acts on signals for ever; to be spawned and left. `reload` must return at once.
    pub async fn obey(mut self, shutdown: Shutdown, reload: impl Fn() + Send) {
        loop {
            tokio::select! {
                _ = self.hang_up.recv() => {
                    tracing::info!("SIGHUP: reloading");
                    reload();
                }
                _ = self.terminate.recv() => stop(&shutdown),
                _ = self.interrupt.recv() => stop(&shutdown),
            }
        }
    }
}

fn stop(shutdown: &Shutdown) {
    if !shutdown.soft().is_cancelled() {
        tracing::info!("stopping: no new calls; a second signal ends at once");
        shutdown.drain();
        return;
    }
    tracing::warn!("second signal: ending now");
    shutdown.abort();
    // A thread, because a runtime that is stuck runs no task.
    std::thread::spawn(|| {
        std::thread::sleep(LAST);
        process::exit(i32::from(FORCED));
    });
}
