//! Which way calls go that come in: rules and lists, kept in memory, changed through the store.
//!
//! A decision ([`Routing::decide`]) asks nobody and waits for nobody: it is a look into the book as it is last known.
//! Without a database it goes on with that; with an empty book every call goes to the default.

mod arrival;
mod book;
mod by_number;
mod calendar;
mod check;
mod decide;
mod error;
mod keep;

use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use self::book::Book;
use crate::{
    config::Config,
    model::{Country, Route, Rule, Target},
    storage::Store,
};

pub use arrival::{Arrival, Caller};
pub use calendar::{Calendar, Calendars};
pub use check::Unfit;
pub use decide::{Considered, Explained, Miss, Standing, about};
pub use error::RoutingError;
pub use keep::Done;

/// Decides which way calls go. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Routing {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    standing: Standing,
    inbound: Vec<String>,
    country: Option<Country>,
    reread_secs: u64,
    book: RwLock<Book>,
}

impl Routing {
    /// Routing by a configuration in which [`crate::config::problems`] found nothing, with an empty book: see
    /// [`Routing::reread`].
    ///
    /// # Errors
    /// A setting that cannot work, by its key.
    pub fn new(store: Store, config: &Config) -> Result<Self, String> {
        let routing = &config.routing;
        let default = routing.default_target(&config.flows.default);
        let standing = Standing {
            default: default.map_err(|what| format!("routing.default: {what}"))?,
            blocked: routing.blocked_as().map_err(|what| format!("routing.blocked: {what}"))?,
            calendars: calendar::calendars(config)?,
        };
        let inner = Inner {
            store,
            standing,
            inbound: routing.inbound_contexts.clone(),
            country: config.calls.country.parse().ok(),
            reread_secs: routing.reread_secs,
            book: RwLock::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Reads what a call brought: the caller's number, the called one, the gateway's name.
    #[must_use]
    pub fn arrival(&self, caller: Option<&str>, called: Option<&str>, gateway: Option<&str>) -> Arrival {
        Arrival::read(caller, called, gateway, self.inner.country)
    }

    /// Which way a call goes, and counts it.
    #[must_use]
    pub fn decide(&self, arrival: &Arrival, now: Timestamp) -> Route {
        let route = self.look(|book| decide::decide(book, &self.inner.standing, arrival, now));
        let by = match (&route.rule, &route.target) {
            (Some(_), _) => "rule",
            (None, target) if *target == self.inner.standing.default => "default",
            (None, _) => "list",
        };
        let target = route.target.kind();
        metrics::counter!("stasisd_route_decisions_total", "target" => target, "by" => by).increment(1);
        route
    }

    /// Which way a call would go, with each rule that was looked at. Slow: for people.
    #[must_use]
    pub fn explain(&self, arrival: &Arrival, now: Timestamp) -> Explained {
        self.look(|book| decide::explain(book, &self.inner.standing, arrival, now))
    }

    /// The list that a caller stands on.
    #[must_use]
    pub fn list_of(&self, caller: &Caller, now: Timestamp) -> Option<crate::model::ListName> {
        self.look(|book| book.list_of(caller, now))
    }

    /// Where a call goes that no rule claims.
    #[must_use]
    pub fn default_target(&self) -> &Target {
        &self.inner.standing.default
    }

    /// How many rules hold or have held a moment ago.
    #[must_use]
    pub fn len(&self) -> usize {
        self.look(Book::len)
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether a rule can be.
    ///
    /// # Errors
    /// The field at fault, and how to mend it.
    pub fn check(&self, rule: &Rule) -> Result<(), Unfit> {
        check::check(rule, &self.inner.standing, &self.inner.inbound)
    }

    fn look<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        // A change that panicked half-way is mended by the next reading; calls go on meanwhile.
        look(&self.inner.book.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut Book)) {
        change(&mut self.inner.book.write().unwrap_or_else(PoisonError::into_inner));
    }
}
