//! A fresh store with orders that end, and the time as the test wants it.

use std::sync::Arc;

use jiff::Timestamp;
use sqlx::{Connection, SqliteConnection};
use stasisd::{
    config::{Config, StorageConfig, WebhooksConfig},
    feed::Feed,
    model::{
        Attempt, AttemptState, CallOrder, CallOrderId, Notice, NoticeKind, OrderEnd, OrderState, PhoneNumber,
        Reach,
    },
    storage::{Accepted, Delivery, DeliveryState, Journal, Store},
    webhooks::Webhooks,
};
use tokio::{sync::broadcast, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::{records, temp::TempDir};

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub struct Base {
    pub store: Store,
    pub webhooks: Webhooks,
    pub notices: broadcast::Receiver<Arc<Notice>>,
    storage: StorageConfig,
    config: WebhooksConfig,
    journal: Journal,
    journal_end: CancellationToken,
    journal_task: JoinHandle<()>,
    directory: TempDir,
}

pub fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + secs).expect("in range")
}

/// The shipped settings with a secret, and allowed to talk to this machine.
pub fn config() -> WebhooksConfig {
    let config = Config::defaults().expect("loads").webhooks;
    WebhooksConfig { secret: Some(SECRET.into()), allow_private: true, ..config }
}

impl Base {
    pub async fn new() -> Self {
        Self::with(config()).await
    }

    pub async fn with(config: WebhooksConfig) -> Self {
        let directory = TempDir::new("webhooks");
        let url = format!("sqlite://{}/stasisd.db", directory.path().display());
        let storage = StorageConfig { url: url.into(), ..Config::defaults().expect("loads").storage };
        Self::open(config, storage, directory).await
    }

    async fn open(config: WebhooksConfig, storage: StorageConfig, directory: TempDir) -> Self {
        let store = Store::open(&storage).await.expect("opens").telling_attempts(config.attempts);
        let (feed, journal_end) = (Feed::new(), CancellationToken::new());
        let notices = feed.watch();
        let (journal, journal_task) = Journal::start(store.clone(), &storage, journal_end.clone());
        let webhooks = Webhooks::new(store.clone(), feed, &config).expect("starts");
        Self { store, webhooks, notices, storage, config, journal, journal_end, journal_task, directory }
    }

    /// Does something behind the store's back.
    pub async fn execute(&self, sql: &'static str) {
        let mut other = SqliteConnection::connect(self.storage.url.expose()).await.expect("connects");
        sqlx::raw_sql(sql).execute(&mut other).await.expect(sql);
    }

    /// The daemon is gone, and another begins on the same database.
    pub async fn restart(self) -> Self {
        self.journal_end.cancel();
        self.journal_task.await.expect("ends");
        Self::open(self.config, self.storage, self.directory).await
    }

    /// An order to that URL that was called once, is over at that time, and is on disk.
    pub async fn ended(&self, number: u128, url: &str, secs: i64) {
        let order = order(number, url);
        let accepted =
            self.store.accept_call_orders(&[(order.clone(), String::new())]).await.expect("stored");
        assert!(matches!(accepted.orders[..], [Accepted::New(_)]), "{accepted:?}");
        self.journal.save_attempt(Arc::new(attempt(order.id, 1, secs)));
        self.journal.save_order(Arc::new(CallOrder {
            state: OrderState::Ended,
            attempts: 1,
            reach: Some(Reach::Busy),
            end: Some(OrderEnd::Exhausted),
            ended_at: Some(at(secs)),
            ..order
        }));
        self.journal.flushed().await.expect("written");
    }

    /// What is due at that time is tried; gives what then waits.
    pub async fn turn(&self, secs: i64) {
        self.webhooks.turn(at(secs)).await;
        self.webhooks.settled().await;
    }

    pub async fn delivery(&self, number: u128) -> Delivery {
        let mut all = self.store.deliveries_of(id(number)).await.expect("read");
        all.pop().expect("enqueued")
    }

    /// As [`Base::turn`] whenever something is due, until nothing waits for this order or the time is over.
    /// Gives the times of the tries.
    pub async fn until(&self, number: u128, last: i64) -> Vec<i64> {
        let mut tries = Vec::new();
        loop {
            let delivery = self.delivery(number).await;
            let due = delivery.next_at.duration_since(at(0)).as_secs() + 1;
            if delivery.state != DeliveryState::Waiting || due > last {
                return tries;
            }
            self.turn(due).await;
            tries.push(due);
        }
    }

    /// The kinds and data of what was posted to the feed.
    pub fn told(&mut self) -> Vec<(NoticeKind, serde_json::Value)> {
        std::iter::from_fn(|| self.notices.try_recv().ok()).map(|n| (n.kind, n.data.clone())).collect()
    }
}

pub fn id(number: u128) -> CallOrderId {
    CallOrderId(Uuid::from_u128(number))
}

fn phone() -> PhoneNumber {
    PhoneNumber::parse("+34600000001", None).expect("a number")
}

fn order(number: u128, url: &str) -> CallOrder {
    CallOrder {
        facts: serde_json::Map::from_iter([("text".to_owned(), "¡Hola, \"señor\"! 🚚".into())]),
        language: "es".to_owned(),
        idempotency_key: Some(format!("key-{number}")),
        callback_url: Some(url.to_owned()),
        ..records::call_order(id(number), "+34600000001", "carrier", at(0))
    }
}

fn attempt(order: CallOrderId, number: u32, secs: i64) -> Attempt {
    Attempt {
        state: AttemptState::Ended,
        sent: Some(true),
        ended_at: Some(at(secs)),
        reach: Some(Reach::Busy),
        dial_status: Some("BUSY".to_owned()),
        cause: Some(17),
        tech_cause: Some(486),
        ..Attempt::new(order.attempt(number), phone(), "carrier", "trunk-a", at(secs - 1))
    }
}
