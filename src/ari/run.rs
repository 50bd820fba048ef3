//! The supervisor: connects, lives, says what it lost, waits, and connects again.

use std::{sync::Arc, time::Instant};

use tokio::{sync::mpsc, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::{
    AriError, Client, Hello, Wire, http,
    open::open,
    session::{self, End, FRAMES},
    shared::Shared,
    site::Site,
};
use crate::config::AriConfig;

/// Checks the configuration (address, authority, password's file), then connects in the background until
/// `shutdown`. Never waits for the network. Must be called within a tokio runtime, after the metrics recorder
/// is installed.
///
/// The receiver has one consumer and brings everything in order; see [`Wire`]. The task ends by itself after
/// [`Wire::Replaced`] and when the receiver is dropped.
pub fn connect(
    config: &AriConfig,
    shutdown: CancellationToken,
) -> Result<(Client, mpsc::Receiver<Wire>, JoinHandle<()>), AriError> {
    let site = Site::new(config)?;
    let connector = http::connector(&site, config.ca_file.as_deref())?;
    let shared = Arc::new(Shared::new(site, connector));
    let client = Client { shared: Arc::clone(&shared), reaction: None, deaf: false };
    let (wire, receiver) = mpsc::channel(FRAMES);
    let supervisor = tokio::spawn(supervise(shared, wire, shutdown));
    Ok((client, receiver, supervisor))
}

async fn supervise(shared: Arc<Shared>, wire: mpsc::Sender<Wire>, shutdown: CancellationToken) {
    let (shared, wire, shutdown) = (&shared, &wire, &shutdown);
    let backoff = shared.site.backoff;
    let mut attempt = 0_u32;
    let mut told = String::new();
    loop {
        let Some(opened) = shutdown.run_until_cancelled(Box::pin(open(shared))).await else { return };
        // What only a person can mend is not asked for again and again: failed logins fill Asterisk's log.
        let mut slow = false;
        let why = match opened {
            Ok(open) => {
                greet(shared, &open.hello);
                told.clear();
                let begun = Instant::now();
                match Box::pin(session::live(shared, open, wire, shutdown)).await {
                    End::Stopped => return,
                    End::Replaced => return step_down(shared, wire).await,
                    End::Lost(why) => {
                        if begun.elapsed() >= backoff.good_after() {
                            attempt = 0;
                        }
                        why
                    }
                }
            }
            Err(error) => {
                slow = matches!(error, AriError::Unauthorized | AriError::Config(_));
                error.to_string()
            }
        };
        if why != told {
            tell(shared, wire, &why, slow).await;
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

fn greet(shared: &Shared, hello: &Hello) {
    info!(
        url = shared.site.base, app = shared.site.app, version = %hello.asterisk_version,
        rest_over_websocket = hello.rest_over_websocket, "the websocket to Asterisk is up"
    );
    for warning in &hello.warnings {
        warn!("{warning}");
    }
}

async fn tell(shared: &Shared, wire: &mpsc::Sender<Wire>, why: &str, mend: bool) {
    if mend {
        error!(url = shared.site.base, "no connection to Asterisk until this is mended: {why}");
    } else {
        warn!(url = shared.site.base, "no websocket to Asterisk, trying again: {why}");
    }
    // The consumer may be far behind; there is nothing else to do here. Its absence is noticed by the loop.
    let _ = wire.send(Wire::Down { why: why.to_owned() }).await;
}

/// Two clients that both come back would take the application from each other for ever.
async fn step_down(shared: &Shared, wire: &mpsc::Sender<Wire>) {
    error!(
        app = shared.site.app,
        "another client has taken this Stasis application over, so this one steps down: is a second daemon running \
         with the same ari.app? Restart this one when the other is stopped"
    );
    let _ = wire.send(Wire::Replaced).await;
}
