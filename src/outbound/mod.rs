//! Outbound calls: what was ordered is called, paced and retried, and never twice.
//!
//! An order is stored before it is accepted; each attempt is stored before Asterisk is told to dial. What became of
//! both is decided by [`plan`], where is room by [`gateway`]; this room carries it out.

mod accept;
mod attempt;
mod carriers;
mod dispatch;
mod edit;
mod forget;
pub mod gateway;
mod hands;
mod notify;
mod outcall;
mod pairing;
pub mod plan;
mod ready;
mod recover;
mod together;
mod told;

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use self::{forget::Forgotten, gateway::Gateways, hands::Hands, plan::Windows, together::Together};
use crate::{
    calls::Services,
    config::Config,
    directory::{Contacts, Orders},
    flow::Library,
    model::{CallOrder, CallOrderId},
    storage::{StorageError, Store},
    web::Web,
    webhooks::Webhooks,
};

pub use accept::{Accepted, CallRequest, OrderError, Rejected};
pub use carriers::FlowCarriers;
pub use edit::{CallEdit, EditError};
pub use notify::{Notified, NotifyError, NotifyRequest, StatusPut};
pub use pairing::PairingError;
pub use recover::{RecoverError, Recovered};

/// Where calls are ordered. Cheap to clone.
#[derive(Clone)]
pub struct Outbound {
    inner: Arc<Inner>,
}

struct Inner {
    services: Services,
    library: Library,
    orders: Orders,
    contacts: Contacts,
    web: Web,
    store: Store,
    webhooks: Webhooks,
    gateways: Gateways,
    windows: Windows,
    config: Config,
    /// Owns the attempts' tasks.
    tracker: TaskTracker,
    /// There is something to do: an order came, a line is free, the connection is back.
    trigger: Notify,
    /// Every call is accounted for: only then is anything dialled.
    is_open: AtomicBool,
    /// The gateways know what was called before this process began.
    is_counted: AtomicBool,
    /// The orders that this process has in its hands.
    hands: Hands,
    /// Requests on their way to the disk.
    together: Together,
    /// Channels whose marks are to be taken away.
    over: Forgotten,
    /// When the connection to Asterisk was made.
    connected: Mutex<Option<Instant>>,
}

/// What calls of either direction stand on.
#[derive(Clone)]
pub struct Ground {
    /// What calls need.
    pub services: Services,
    /// The flows.
    pub library: Library,
    /// Orders at call time.
    pub orders: Orders,
    /// Who somebody is.
    pub contacts: Contacts,
    /// For webhooks of flows.
    pub web: Web,
    /// The ledger.
    pub store: Store,
    /// Tells what came of orders.
    pub webhooks: Webhooks,
    /// Owns the attempts' tasks.
    pub tracker: TaskTracker,
}

impl Outbound {
    /// The engine over ready rooms. Nothing is dialled before [`Outbound::open`].
    ///
    /// # Errors
    /// A gateway or a window of the configuration that cannot work.
    pub fn new(ground: Ground, config: &Config) -> Result<Self, String> {
        let Ground { services, library, orders, contacts, web, store, webhooks, tracker } = ground;
        let gateways = Gateways::new(config)?;
        let windows = Windows::new(config)?;
        let inner = Inner {
            services,
            library,
            orders,
            contacts,
            web,
            store,
            webhooks,
            gateways,
            windows,
            config: config.clone(),
            tracker,
            trigger: Notify::new(),
            is_open: AtomicBool::new(false),
            is_counted: AtomicBool::new(false),
            hands: Hands::default(),
            together: Together::default(),
            over: Forgotten::default(),
            connected: Mutex::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Every call is accounted for: orders may be dialled.
    pub fn open(&self) {
        self.inner.is_open.store(true, Ordering::Release);
        self.inner.trigger.notify_one();
    }

    /// The connection is lost: nothing new is dialled until [`Outbound::open`].
    pub fn close(&self) {
        self.inner.is_open.store(false, Ordering::Release);
    }

    /// Cancels an order: one that waits at once, one that rings or talks is hung up. `None`: there is none.
    ///
    /// # Errors
    /// The store does not answer; nothing is cancelled.
    pub async fn cancel(&self, id: CallOrderId) -> Result<Option<CallOrder>, StorageError> {
        let now = crate::tasks::clock::now();
        let cancelled = self.inner.store.cancel_call_order(id, now).await?;
        // One that ended before is told once.
        let is_over =
            |order: &CallOrder| order.ended_at.is_some_and(|at| at.as_microsecond() != now.as_microsecond());
        if let Some(order) = cancelled.as_ref().filter(|order| !is_over(order)) {
            self.cancel_in_hand(order);
        }
        Ok(cancelled)
    }

    /// The gateways, for flows.
    #[must_use]
    pub fn flow_carriers(&self) -> FlowCarriers {
        FlowCarriers::new(self.inner.gateways.clone(), self.inner.services.feed.clone())
    }

    /// The gateways, for whoever shows or checks them.
    #[must_use]
    pub fn gateways(&self) -> &Gateways {
        &self.inner.gateways
    }
}
