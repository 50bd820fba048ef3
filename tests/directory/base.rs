//! What the tests stand on: a store, a source's settings, a caller.

use std::collections::BTreeMap;

use jiff::Timestamp;
use stasisd::{
    config::{OrderSourceConfig, OrdersConfig, StorageConfig},
    directory::Orders,
    model::{Order, PhoneNumber},
    storage::Store,
};

use crate::temp::TempDir;

/// A store and a source's settings, to be changed by the test.
pub struct House {
    pub store: Store,
    pub source: OrderSourceConfig,
    _directory: TempDir,
}

impl House {
    pub async fn with_source(url: String) -> Self {
        let directory = TempDir::new("directory");
        let config = StorageConfig {
            url: format!("sqlite://{}/stasisd.db", directory.path().display()).into(),
            url_file: None,
            max_connections: 2,
            group_commit_ms: 1,
            statement_timeout_ms: 10_000,
        };
        let source = OrderSourceConfig {
            url,
            token: Some("s3cret".into()),
            token_file: None,
            ca_file: None,
            timeout_ms: 5_000,
            cache_secs: 60,
            breaker_failures: 3,
            breaker_open_secs: 3_600,
        };
        Self { store: Store::open(&config).await.expect("a store"), source, _directory: directory }
    }

    pub fn orders(&self) -> Orders {
        let config = OrdersConfig {
            finished: vec!["delivered".to_owned()],
            default_ttl_hours: 0,
            source: Some(self.source.clone()),
        };
        Orders::new(self.store.clone(), &config, "ES".parse().ok()).expect("a directory")
    }

    pub async fn put(&self, id: &str, version: i64, status: &str) {
        let order = Order {
            id: id.into(),
            phones: vec![caller()],
            status: status.to_owned(),
            facts: serde_json::Map::new(),
            version,
            expires_at: None,
            updated_at: now(),
        };
        self.store.put_order(&order).await.expect("stored");
    }
}

pub fn caller() -> PhoneNumber {
    PhoneNumber::parse("+34600000001", None).expect("a number")
}

pub fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).expect("a time")
}

/// What was found, as id → status.
pub fn names(orders: Vec<Order>) -> BTreeMap<String, String> {
    orders.into_iter().map(|order| (order.id.0, order.status)).collect()
}

pub fn known<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(id, status)| (id.to_owned(), status.to_owned())).collect()
}
