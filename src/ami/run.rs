//! The supervisor: connects, lives, says what it lost, waits, and connects again.

use std::{sync::Arc, time::Instant};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    AmiError, Client, Wire,
    open::open,
    session::{self, EVENTS, End},
    shared::Shared,
    site::Site,
};
use crate::config::AmiConfig;

/// The connection, to be run by whoever owns tasks.
pub struct Connection {
    shared: Arc<Shared>,
    wire: mpsc::Sender<Wire>,
}

/// Checks the configuration and makes the handle, what it will tell, and the connection itself. Opens nothing. Must be
/// called after the metrics recorder is installed.
///
/// The receiver has one consumer and brings everything in order; see [`Wire`].
///
/// # Errors
/// A configuration that cannot work.
pub fn connect(config: &AmiConfig) -> Result<(Client, mpsc::Receiver<Wire>, Connection), AmiError> {
    let shared = Arc::new(Shared::new(Site::new(config)?));
    let (wire, receiver) = mpsc::channel(EVENTS);
    Ok((Client { shared: Arc::clone(&shared) }, receiver, Connection { shared, wire }))
}

impl Connection {
    /// Connects, and connects again, until `shutdown` or until the receiver is dropped.
    pub async fn run(self, shutdown: CancellationToken) {
        let Self { shared, wire } = &self;
        let backoff = shared.site.backoff;
        let mut attempt = 0_u32;
        let mut told = String::new();
        loop {
            let Some(opened) = shutdown.run_until_cancelled(Box::pin(open(&shared.site))).await else {
                return;
            };
            // What only a person can mend is not asked for again and again: failed logins fill Asterisk's log.
            let mut slow = false;
            let why = match opened {
                Ok(open) => {
                    let version = &open.hello.manager_version;
                    info!(address = self.address(), version, "logged in to Asterisk's manager");
                    told.clear();
                    let begun = Instant::now();
                    match Box::pin(session::live(shared, open, wire, &shutdown)).await {
                        End::Stopped => return,
                        End::Lost(why) => {
                            if begun.elapsed() >= backoff.good_after() {
                                attempt = 0;
                            }
                            why
                        }
                    }
                }
                Err(error) => {
                    slow = matches!(error, AmiError::Unauthorized | AmiError::Config(_));
                    error.to_string()
                }
            };
            if why != told {
                self.tell(&why, slow).await;
                told = why;
            }
            let dice = rand::random();
            let delay = if slow { backoff.slow(dice) } else { backoff.delay(attempt, dice) };
            attempt = attempt.saturating_add(1);
            shared.meters.reconnects.increment(1);
            if shutdown.run_until_cancelled(tokio::time::sleep(delay)).await.is_none() || wire.is_closed() {
                return;
            }
        }
    }

    async fn tell(&self, why: &str, mend: bool) {
        let address = self.address();
        if mend {
            error!(address, "no manager connection to Asterisk until this is mended: {why}");
        } else {
            warn!(address, "no manager connection to Asterisk, trying again: {why}");
        }
        // The consumer may be far behind; there is nothing else to do here. Its absence is noticed by the loop.
        let _ = self.wire.send(Wire::Down { why: why.to_owned() }).await;
    }

    fn address(&self) -> String {
        format!("{}:{}", self.shared.site.host, self.shared.site.port)
    }
}
