//! The handle that everybody holds: the queues as they are, and whether that is known.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicBool},
};

use jiff::Timestamp;
use tokio::sync::{broadcast, watch};

use super::{board::Board, news::News, ringing};
use crate::{
    ami::{Called, Client},
    config::AmiConfig,
    feed::Feed,
    model::QueueState,
};

/// The queues. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Queues {
    pub(super) inner: Arc<Inner>,
}

/// Whether the board shows what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Logged in, and all queues were read; else the board is stale, or empty.
    pub connected: bool,
    /// Since when it stands so.
    pub since: Option<Timestamp>,
    /// One sentence on it.
    pub words: String,
}

#[derive(Debug)]
pub(super) struct Inner {
    /// None: `ami.enabled` is off.
    pub client: Option<Client>,
    pub feed: Feed,
    pub recheck_secs: u64,
    /// Asterisk denied an action: the connection has the rights of its login, whatever manager.conf says by now.
    pub denied: AtomicBool,
    /// Members that are rung.
    pub rung: broadcast::Sender<Arc<Called>>,
    board: Mutex<Board>,
    standing: Mutex<Standing>,
    /// Counts changes of the board.
    changed: watch::Sender<u64>,
}

impl Queues {
    /// A board that is empty until [`Queues::run`] fills it. `client`: none if the manager is not used.
    #[must_use]
    pub fn new(client: Option<Client>, feed: Feed, config: &AmiConfig) -> Self {
        let words = if client.is_some() {
            "connecting to Asterisk's manager"
        } else {
            "ami.enabled is off: set it, with a user of manager.conf"
        };
        let standing = Standing { connected: false, since: None, words: words.to_owned() };
        let wrap_up: BTreeMap<String, u32> = config.wrap_up_secs.clone();
        let inner = Inner {
            client,
            feed,
            recheck_secs: config.recheck_secs,
            denied: AtomicBool::new(false),
            rung: broadcast::Sender::new(ringing::DEPTH),
            board: Mutex::new(Board { wrap_up, ..Board::default() }),
            standing: Mutex::new(standing),
            changed: watch::Sender::new(0),
        };
        Self { inner: Arc::new(inner) }
    }

    /// One queue as it is, or was when the connection was lost ([`Queues::standing`] tells). None: there is none.
    #[must_use]
    pub fn snapshot(&self, queue: &str) -> Option<Arc<QueueState>> {
        self.board().queues.get(queue).map(|held| Arc::clone(&held.state))
    }

    /// All queues, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Arc<QueueState>> {
        self.board().queues.values().map(|held| Arc::clone(&held.state)).collect()
    }

    /// Whether the board shows what is.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.inner.standing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Logged in, and all queues were read.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.inner.standing.lock().unwrap_or_else(PoisonError::into_inner).connected
    }

    /// Wakes whenever the board or its standing changed; the number only grows.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.inner.changed.subscribe()
    }

    pub(super) fn board(&self) -> MutexGuard<'_, Board> {
        self.inner.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stand(&self, connected: bool, words: impl Into<String>, now: Timestamp) {
        let mut standing = self.inner.standing.lock().unwrap_or_else(PoisonError::into_inner);
        let since = if standing.connected == connected { standing.since } else { Some(now) };
        *standing = Standing { connected, since: since.or(Some(now)), words: words.into() };
        drop(standing);
        self.inner.changed.send_modify(|count| *count += 1);
    }

    /// Changes the board, wakes who watches it, and tells the feed.
    pub(super) fn change(&self, change: impl FnOnce(&mut Board) -> Vec<News>) {
        // Told under the lock, so that notices come in the order of the changes.
        let mut board = self.board();
        for news in change(&mut board) {
            let (kind, data) = news.notice();
            self.inner.feed.post(kind, None, data);
        }
        drop(board);
        self.inner.changed.send_modify(|count| *count += 1);
    }
}
