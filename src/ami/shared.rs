//! What the client's handles and the supervisor share.

use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::{Notify, mpsc};

use super::{meters::Meters, pending::Pending, site::Site};

/// Shared by all.
pub(super) struct Shared {
    pub site: Site,
    pub meters: Meters,
    /// Told when the connection shall be made anew.
    pub again: Notify,
    live: RwLock<Option<Arc<Live>>>,
}

/// The connection that is up.
pub(super) struct Live {
    /// The writer's mailbox: whole actions.
    pub mail: mpsc::Sender<String>,
    /// Who waits for answers over it.
    pub pending: Arc<Pending>,
}

impl Shared {
    pub(super) fn new(site: Site) -> Self {
        Self { site, meters: Meters::new(), again: Notify::new(), live: RwLock::new(None) }
    }

    /// The connection, if it is up.
    pub(super) fn live(&self) -> Option<Arc<Live>> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on actions go to this one.
    pub(super) fn set_live(&self, live: Arc<Live>) {
        self.meters.connected.set(1.0);
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Some(live);
    }

    /// Ends everything that waits for the connection that was up.
    pub(super) fn end_live(&self) {
        self.meters.connected.set(0.0);
        let live = self.live.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(live) = live {
            live.pending.close();
        }
    }
}
