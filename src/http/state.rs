//! What every handler has at hand.

use std::{net::IpAddr, sync::Arc, time::Duration};

use jiff::SignedDuration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{cache::TokenCache, control::Control, rules::RoutingDefaults, work::Work};
use crate::{
    config::HttpConfig,
    directory::{Contacts, Notes},
    feed::Feed,
    limits::Limiter,
    messaging::Messaging,
    model::Country,
    people::{AbsenceFeeds, People},
    queue::Queues,
    queue::{history::Statistics, program::Programming},
    routing::Routing,
    storage::Store,
    timetable::Timetables,
};

/// Keys of a rate limit held in memory at most.
const MAX_KEYS: usize = 10_000;

/// What the control port stands on.
#[derive(Clone)]
pub struct Rooms {
    /// Orders, past calls, events, tokens.
    pub store: Store,
    /// Who calls.
    pub contacts: Contacts,
    /// Call notes.
    pub notes: Notes,
    /// Who works here.
    pub people: People,
    /// Where absences come from.
    pub absence_feeds: AbsenceFeeds,
    /// What the team is told.
    pub messaging: Messaging,
    /// Whose days notes are listed by.
    pub time_zone: jiff::tz::TimeZone,
    /// What happens now.
    pub feed: Feed,
    /// Live calls, flows, health.
    pub control: Arc<dyn Control>,
    /// Queues that timetables fill.
    pub programming: Programming,
    /// What queues remember.
    pub statistics: Statistics,
    /// Queues, live.
    pub queues: Queues,
    /// Timetables, and their planning.
    pub timetables: Timetables,
    /// Rules and lists.
    pub routing: Routing,
    /// What rules and links are given whose sender does not say.
    pub routing_defaults: RoutingDefaults,
    /// Whose rules read numbers without country code.
    pub country: Option<Country>,
    /// Expiry given to an order whose sender names none.
    pub default_ttl: Option<SignedDuration>,
}

/// The handlers' state.
pub(super) struct Shared {
    pub(super) rooms: Rooms,
    pub(super) tokens: TokenCache,
    /// Requests with a token.
    pub(super) by_token: Limiter<String>,
    /// Requests without.
    pub(super) by_address: Limiter<IpAddr>,
    pub(super) auth_failures: Limiter<IpAddr>,
    pub(super) streams: Arc<Semaphore>,
    pub(super) max_body: usize,
    pub(super) timeout: Duration,
    /// Ends the event streams.
    pub(super) shutdown: CancellationToken,
    pub(super) work: Work,
}

/// The state as axum hands it around.
pub(super) type App = Arc<Shared>;

impl Shared {
    pub(super) fn new(config: &HttpConfig, rooms: Rooms, shutdown: CancellationToken) -> App {
        Arc::new(Self {
            rooms,
            tokens: TokenCache::default(),
            by_token: Limiter::per_second(config.rate_per_second, config.rate_burst, MAX_KEYS),
            by_address: Limiter::per_second(config.rate_per_second, config.rate_burst, MAX_KEYS),
            auth_failures: Limiter::per_minute(config.auth_failures_per_minute, MAX_KEYS),
            streams: Arc::new(Semaphore::new(config.max_streams)),
            max_body: config.max_body_kib.saturating_mul(1024),
            timeout: Duration::from_millis(config.request_timeout_ms),
            shutdown,
            work: Work::default(),
        })
    }

    pub(super) fn store(&self) -> &Store {
        &self.rooms.store
    }

    pub(super) fn control(&self) -> &dyn Control {
        &*self.rooms.control
    }
}
