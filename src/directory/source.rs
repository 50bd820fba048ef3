//! The customer's own endpoint for orders, asked while the caller waits: `GET url?phone=…`.

use std::time::Duration;

use jiff::Timestamp;
use metrics::{counter, histogram};

use super::{
    DirectoryError, SourceError, answer,
    breaker::Limits,
    endpoint::Endpoint,
    guard::{Bounds, Guard},
};
use crate::{
    config::OrderSourceConfig,
    model::{Country, Order, PhoneNumber},
};

const KEY: &str = "orders.source";

#[derive(Debug)]
pub(super) struct Source {
    endpoint: Endpoint,
    country: Option<Country>,
    guard: Guard<PhoneNumber, Vec<Order>>,
}

impl Source {
    pub(super) fn new(config: &OrderSourceConfig, country: Option<Country>) -> Result<Self, DirectoryError> {
        let endpoint = Endpoint::new(KEY, &config.url, config.token.as_ref(), config.ca_file.as_deref())?;
        let bounds = Bounds {
            timeout: Duration::from_millis(config.timeout_ms),
            cache: Duration::from_secs(config.cache_secs),
            breaker: Limits {
                failures: config.breaker_failures,
                open_for: Duration::from_secs(config.breaker_open_secs),
            },
        };
        Ok(Self { endpoint, country, guard: Guard::new(KEY.to_owned(), bounds) })
    }

    /// What the endpoint knows about this number, or knew a moment ago.
    pub(super) async fn orders_of(
        &self,
        phone: &PhoneNumber,
        now: Timestamp,
    ) -> Result<Vec<Order>, SourceError> {
        let work = async {
            let body = self.endpoint.get("phone", phone.as_str()).await?;
            let orders = answer::read(&body, phone, self.country, now)
                .map_err(|why| SourceError::Body(format!("no {{\"orders\": [..]}}: {why}")))?;
            Ok((orders, body.len()))
        };
        let asked = self.guard.ask(phone, work).await;
        counter!("stasisd_order_source_requests_total", "outcome" => asked.word()).increment(1);
        if let Some(took) = asked.took {
            histogram!("stasisd_order_source_seconds").record(took);
        }
        asked.answer
    }
}
