//! What is known about a caller: who they are, and their current orders, from the store and from others' systems.

mod answer;
mod breaker;
mod cache;
pub mod contacts;
mod current;
mod endpoint;
mod error;
mod guard;
pub mod notes;
mod pairings;
mod source;

use std::sync::Arc;

use jiff::Timestamp;
use metrics::counter;

pub use contacts::Contacts;
pub use error::{DirectoryError, SourceError};
pub use notes::Notes;

use self::source::Source;
use crate::{
    config::OrdersConfig,
    model::{Country, Order, PhoneNumber, mask},
    storage::Store,
};

/// Where a call's orders are looked up. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Orders {
    store: Store,
    source: Option<Arc<Source>>,
    finished: Arc<[String]>,
}

impl Orders {
    /// `country` reads the telephone numbers that the endpoint names without a country code.
    ///
    /// # Errors
    /// `Config`: a URL, token file or authority of `[orders.source]` that cannot be used.
    pub fn new(
        store: Store,
        config: &OrdersConfig,
        country: Option<Country>,
    ) -> Result<Self, DirectoryError> {
        let source = config.source.as_ref().map(|source| Source::new(source, country)).transpose()?;
        Ok(Self { store, source: source.map(Arc::new), finished: config.finished.clone().into() })
    }

    /// The current orders of whoever calls from `phone`, last changed first: neither deleted nor expired nor of
    /// a status in `orders.finished`. An order that is known in both places counts in its later version.
    ///
    /// # Errors
    /// When one of the places failed and the other knows of no current order: whether there is one is unknown.
    pub async fn find(&self, phone: &PhoneNumber, now: Timestamp) -> Result<Vec<Order>, DirectoryError> {
        let stored = self.store.orders_of(phone, now);
        let (stored, sourced) = match &self.source {
            Some(source) => {
                let (stored, sourced) = tokio::join!(stored, source.orders_of(phone, now));
                (stored, sourced.map_err(DirectoryError::from))
            }
            None => (stored.await, Ok(Vec::new())),
        };
        let answers = [stored.map_err(DirectoryError::from), sourced];
        for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            tracing::warn!(caller = mask(phone.as_str()), %error, "orders could not be looked up everywhere");
        }
        let found = current::combine(answers, &self.finished, now);
        let outcome = match &found {
            Ok(orders) if orders.is_empty() => "none",
            Ok(_) => "found",
            Err(_) => "failed",
        };
        counter!("stasisd_order_lookups_total", "outcome" => outcome).increment(1);
        found
    }
}
