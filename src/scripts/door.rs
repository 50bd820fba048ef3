//! The listener: who may ask, how many at once, and how it ends.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use metrics::{counter, gauge};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    answers::Answers,
    dismiss::dismiss,
    session::{self, Times},
    trouble::Trouble,
};
use crate::{config::FastAgiConfig, limits::Rate, tasks::Shutdown};

/// A port that is taken is tried again after this.
const AGAIN: Duration = Duration::from_secs(5);
/// Out of file descriptors, say: not again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How many may be sent away with a word at once; further ones are sent away without.
const MOST_DISMISSED: usize = 256;

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
pub enum ScriptsError {
    /// Others than this machine could ask.
    #[error(
        "fastagi.listen: {0} is not on the loopback; set fastagi.insecure_public = true and fastagi.sources if that is meant"
    )]
    Public(SocketAddr),
    /// The address cannot be had.
    #[error("fastagi.listen: {address}: {error}; choose another, or stop who holds it (ss -lntp shows it)")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
}

/// A FastAGI server that listens.
pub struct Scripts {
    listener: TcpListener,
    address: SocketAddr,
    config: FastAgiConfig,
}

impl Scripts {
    /// Opens the port.
    ///
    /// # Errors
    /// A public address without the switch, or one that is taken.
    pub async fn bind(config: &FastAgiConfig) -> Result<Self, ScriptsError> {
        if config.is_public() && !config.insecure_public {
            return Err(ScriptsError::Public(config.listen));
        }
        let bind = |error| ScriptsError::Bind { address: config.listen, error };
        let listener = TcpListener::bind(config.listen).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        Ok(Self { listener, address, config: config.clone() })
    }

    /// The address it really has.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the soft token: then nobody new is heard, and who is here has the session's time to end; the
    /// hard token ends all.
    pub async fn run(self, answers: Arc<dyn Answers>, shutdown: Shutdown) {
        let times = Times {
            request: Duration::from_millis(self.config.request_timeout_ms),
            whole: Duration::from_millis(self.config.session_timeout_ms),
        };
        let door = Door {
            answers,
            times,
            places: Arc::new(Semaphore::new(self.config.max_sessions)),
            leaving: Arc::new(Semaphore::new(MOST_DISMISSED)),
            warnings: Rate::per_second(4),
            // Ends with this future, should it be dropped.
            hard: shutdown.hard().child_token(),
            tracker: TaskTracker::new(),
            inside: Arc::default(),
        };
        let _all_ends_with_us = door.hard.clone().drop_guard();
        tracing::info!(address = %self.address, "FastAGI listens");
        gauge!("stasisd_fastagi_listening").set(1.0);
        while let Some(accepted) = shutdown.soft().run_until_cancelled(self.listener.accept()).await {
            match accepted {
                Ok((stream, peer)) if self.config.allows(peer.ip()) => door.enter(stream),
                Ok((_, peer)) => door.stranger(peer),
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a FastAGI connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        gauge!("stasisd_fastagi_listening").set(0.0);
        drop(self.listener);
        door.tracker.close();
        let patience = times.request + times.whole + Duration::from_secs(1);
        let _ = shutdown.hard().run_until_cancelled(timeout(patience, door.tracker.wait())).await;
    }
}

/// What each connection needs.
struct Door {
    answers: Arc<dyn Answers>,
    times: Times,
    places: Arc<Semaphore>,
    leaving: Arc<Semaphore>,
    /// Log lines on strangers: they choose how many there are.
    warnings: Rate,
    hard: CancellationToken,
    tracker: TaskTracker,
    inside: Arc<AtomicUsize>,
}

impl Door {
    fn enter(&self, stream: TcpStream) {
        // A command is a small packet, and the next one waits for its answer.
        let _ = stream.set_nodelay(true);
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            return self.turn_away(stream);
        };
        let (answers, times, hard) = (Arc::clone(&self.answers), self.times, self.hard.clone());
        let inside = Inside::enter(Arc::clone(&self.inside));
        self.tracker.spawn(async move {
            hard.run_until_cancelled(session::serve(stream, &*answers, times)).await;
            drop((place, inside));
        });
    }

    /// As many are here as may be.
    fn turn_away(&self, stream: TcpStream) {
        let busy = Trouble::Busy;
        counter!("stasisd_fastagi_sessions_total", "entry" => "none", "outcome" => busy.word()).increment(1);
        if self.warnings.has_room() {
            tracing::warn!("{busy}: fastagi.max_sessions are here; the call goes on without an answer");
        }
        let Ok(place) = Arc::clone(&self.leaving).try_acquire_owned() else { return };
        let hard = self.hard.clone();
        self.tracker.spawn(async move {
            hard.run_until_cancelled(dismiss(stream, busy.word())).await;
            drop(place);
        });
    }

    fn stranger(&self, peer: SocketAddr) {
        counter!("stasisd_fastagi_sessions_total", "entry" => "none", "outcome" => "stranger").increment(1);
        if self.warnings.has_room() {
            tracing::warn!(%peer, "somebody asks who is not in fastagi.sources");
        }
    }
}

/// Counts a session while it lives.
struct Inside(Arc<AtomicUsize>);

impl Inside {
    fn enter(count: Arc<AtomicUsize>) -> Self {
        gauge!("stasisd_fastagi_sessions").set((count.fetch_add(1, Ordering::Relaxed) + 1) as f64);
        Self(count)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let left = self.0.fetch_sub(1, Ordering::Relaxed).saturating_sub(1);
        gauge!("stasisd_fastagi_sessions").set(left as f64);
    }
}

/// Opens the port and serves; a port that is taken is tried again until it is free, for calls are served without it
/// too.
pub async fn serve(config: FastAgiConfig, answers: Arc<dyn Answers>, shutdown: Shutdown) {
    let mut is_told = false;
    loop {
        match Scripts::bind(&config).await {
            Ok(scripts) => return scripts.run(answers, shutdown).await,
            Err(error) if !is_told => tracing::error!(%error, "FastAGI does not listen; trying again"),
            Err(_) => {}
        }
        is_told = true;
        if shutdown.soft().run_until_cancelled(sleep(AGAIN)).await.is_none() {
            return;
        }
    }
}
