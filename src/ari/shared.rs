//! What the client's handles and the supervisor share.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::sync::{Notify, mpsc};
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use super::{
    Reaction,
    command::{Command, Request, Way, way},
    http::{Connector, Http},
    meters::Meters,
    pace::Pace,
    rest::Pending,
    site::Site,
};

/// Longest request that goes over the websocket; Asterisk reads no frame above 64 KiB.
const LONGEST_FRAME: usize = 32 * 1024;

/// Shared by all.
pub(super) struct Shared {
    pub site: Site,
    pub connector: Connector,
    pub http: Http,
    pub meters: Meters,
    pub request_timeout: Duration,
    /// Told when the connection shall be made anew.
    pub again: Notify,
    live: RwLock<Option<Arc<Live>>>,
}

/// The websocket that is up.
pub(super) struct Live {
    /// The writer's mailbox.
    pub mail: mpsc::Sender<Letter>,
    /// Who waits for answers over it.
    pub pending: Arc<Pending>,
    /// Whether commands go over it.
    pub over_websocket: bool,
    /// Whether answering calls may go over it at this moment.
    pub pace: Pace,
    /// Cancelled when it is gone: requests by HTTP end with it, for nobody knows their calls any more.
    pub gone: CancellationToken,
}

impl Live {
    /// Whether the command goes over the websocket.
    pub(super) fn takes(&self, command: &Command<'_>, request: &Request) -> bool {
        let length = request.uri.len() + request.body.as_ref().map_or(0, String::len);
        self.over_websocket && way(command) == Way::Websocket && length <= LONGEST_FRAME
    }
}

/// A message for the writer.
pub(super) struct Letter {
    pub message: Message,
    /// Measured when it is written.
    pub reaction: Option<Reaction>,
}

impl From<Message> for Letter {
    fn from(message: Message) -> Self {
        Self { message, reaction: None }
    }
}

impl Shared {
    pub(super) fn new(site: Site, connector: Connector) -> Self {
        Self {
            http: Http::new(&site, connector.clone()),
            connector,
            meters: Meters::new(),
            request_timeout: site.request_timeout,
            site,
            again: Notify::new(),
            live: RwLock::new(None),
        }
    }

    /// The websocket, if it is up.
    pub(super) fn live(&self) -> Option<Arc<Live>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on commands go to this one.
    pub(super) fn set_live(&self, live: Arc<Live>) {
        self.meters.connected.set(1.0);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(live);
    }

    /// Ends everything that waits for the websocket that was up.
    pub(super) fn end_live(&self) {
        self.meters.connected.set(0.0);
        let live = self.live.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(live) = live {
            live.gone.cancel();
            live.pending.close();
        }
    }
}
