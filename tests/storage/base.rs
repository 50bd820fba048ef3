//! What the tests stand on: a fresh database of either kind, and samples.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, SqliteConnection, sqlite::SqliteConnectOptions};
use stasisd::{
    config::StorageConfig,
    model::{
        Amd, Attempt, AttemptState, CallId, CallOrder, CallOrderId, CallRecord, CallState, ChannelId,
        Direction, Facts, Notice, NoticeKind, Order, PhoneNumber, Position, Reach, RetryAfter, RetryRule,
    },
    storage::{Accepted, PageRequest, Store},
};
use uuid::Uuid;

use crate::{
    records,
    support::{postgres::Postgres, temp::TempDir},
};

/// A fresh, migrated database.
pub struct Base {
    pub store: Store,
    pub config: StorageConfig,
    _directory: Option<TempDir>,
}

impl Base {
    pub async fn sqlite() -> Self {
        let directory = TempDir::new("storage");
        let config = config(format!("sqlite://{}/new/stasisd.db", directory.path().display()));
        let store = Store::open(&config).await.expect("SQLite opens");
        Self { store, config, _directory: Some(directory) }
    }

    pub async fn postgres() -> Self {
        let url = tokio::task::spawn_blocking(|| Postgres::shared().database()).await.expect("a database");
        let config = config(url);
        let store = Store::open(&config).await.expect("PostgreSQL opens");
        Self { store, config, _directory: None }
    }
}

impl Base {
    /// Does something behind the store's back.
    pub async fn execute(&self, sql: &'static str) {
        if let Some(path) = self.config.url.expose().strip_prefix("sqlite://") {
            let options = SqliteConnectOptions::new().filename(path);
            let mut other = SqliteConnection::connect_with(&options).await.expect("connects");
            sqlx::raw_sql(sql).execute(&mut other).await.expect(sql);
        } else {
            let mut other = PgConnection::connect(self.config.url.expose()).await.expect("connects");
            sqlx::raw_sql(sql).execute(&mut other).await.expect(sql);
        }
    }

    /// One number that PostgreSQL tells; `None` on SQLite.
    pub async fn number(&self, sql: &'static str) -> Option<i64> {
        let url = self.config.url.expose();
        if url.starts_with("sqlite:") {
            return None;
        }
        let mut other = PgConnection::connect(url).await.expect("connects");
        Some(sqlx::query_scalar(sql).fetch_one(&mut other).await.expect(sql))
    }

    /// Keeps everybody else from writing anything until the guard is dropped.
    pub async fn hold(&self) -> Box<dyn Send> {
        if let Some(path) = self.config.url.expose().strip_prefix("sqlite://") {
            let options = SqliteConnectOptions::new().filename(path);
            let mut other = SqliteConnection::connect_with(&options).await.expect("connects");
            sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.expect("begins");
            Box::new(other)
        } else {
            let mut other = PgConnection::connect(self.config.url.expose()).await.expect("connects");
            let sql = "BEGIN; LOCK TABLE calls, orders, call_orders, attempts IN ACCESS EXCLUSIVE MODE";
            sqlx::raw_sql(sql).execute(&mut other).await.expect("locks");
            Box::new(other)
        }
    }
}

/// Makes of each `async fn name(base: Base)` two tests, one for each database.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(crate::base::Base::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name(crate::base::Base::postgres().await).await; })*
        }
    };
}
pub(crate) use on_both;

pub fn config(url: String) -> StorageConfig {
    StorageConfig {
        url: url.as_str().into(),
        url_file: None,
        max_connections: 4,
        group_commit_ms: 5,
        statement_timeout_ms: 10_000,
    }
}

/// So many seconds after a day in 2026.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("a time")
}

pub fn phone(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text, None).expect("a number")
}

pub fn facts(value: Value) -> Facts {
    match value {
        Value::Object(facts) => facts,
        other => panic!("{other} is no object"),
    }
}

pub fn order(id: &str, version: i64, status: &str) -> Order {
    Order {
        id: id.into(),
        phones: vec![phone("+34600000001"), phone("+34600000002")],
        status: status.to_owned(),
        facts: facts(json!({"parcel": {"weight": 1.5}, "note": "ñandú 🚚 '; DROP TABLE orders; --"})),
        version,
        expires_at: None,
        updated_at: at(version),
    }
}

pub fn call(number: u128, visit: u32) -> CallRecord {
    CallRecord {
        id: CallId(Uuid::from_u128(number)),
        channel: ChannelId(format!("1790000000.{number}")),
        direction: Direction::Inbound,
        state: CallState::Live,
        caller: Some("+34600000001".to_owned()),
        caller_name: Some("Núria\u{7f}".to_owned()),
        called: Some("+34900000000".to_owned()),
        gateway: Some("carrier".to_owned()),
        language: "en".to_owned(),
        position: Position {
            flow: "order-status".to_owned(),
            step: format!("step-{visit}"),
            visit,
            vars: facts(json!({"order": {"id": "A-1", "status": "on_the_way"}, "tries": visit})),
        },
        started_at: at(i64::try_from(number % 1_000_000).expect("small")),
        answered_at: None,
        ended_at: None,
        disposition: None,
        cause: None,
        tech_cause: None,
        detail: None,
        route: None,
        taken_up: 0,
    }
}

pub fn live(number: u128, visit: u32) -> Arc<CallRecord> {
    Arc::new(call(number, visit))
}

pub fn ended(number: u128, visit: u32) -> Arc<CallRecord> {
    Arc::new(CallRecord {
        state: CallState::Ended,
        answered_at: Some(at(1)),
        ended_at: Some(at(2)),
        disposition: Some(stasisd::model::Disposition::Transferred),
        cause: Some(16),
        tech_cause: Some(200),
        detail: Some("to the operators".to_owned()),
        taken_up: 1,
        ..call(number, visit)
    })
}

/// An order to call at `at(number)`.
pub fn call_order(number: u128) -> CallOrder {
    let due = at(i64::try_from(number % 1_000_000).expect("small"));
    CallOrder {
        caller_id: Some(phone("+34900000000")),
        facts: facts(json!({"text": "ñandú 🚚 '; DROP TABLE call_orders; --"})),
        time_zone: Some("Europe/Madrid".to_owned()),
        retry: RetryRule {
            ceiling: 3,
            after: [(Reach::NoAnswer, RetryAfter { delay_secs: 600, max: 2 })].into(),
        },
        amd: Amd::AfterBeep,
        callback_url: Some("https://example.com/told".to_owned()),
        ..records::call_order(CallOrderId(Uuid::from_u128(number)), "+34600000001", "carrier", due)
    }
}

/// That order's attempt of that number, just before it is dialled.
pub fn attempt(order: u128, number: u32) -> Attempt {
    let id = CallOrderId(Uuid::from_u128(order)).attempt(number);
    Attempt::new(id, phone("+34600000001"), "carrier", "trunk-a", at(i64::from(number)))
}

/// The same, over and answered.
pub fn attempt_ended(order: u128, number: u32) -> Attempt {
    Attempt {
        state: AttemptState::Ended,
        sent: Some(true),
        ringing_at: Some(at(10)),
        answered_at: Some(at(11)),
        ended_at: Some(at(12)),
        reach: Some(Reach::Heard),
        dial_status: Some("ANSWER".to_owned()),
        cause: Some(16),
        tech_cause: Some(200),
        amd: Some("HUMAN".to_owned()),
        call: Some(CallId(Uuid::from_u128(order))),
        heard: true,
        key: Some('*'),
        detail: Some("heard to the end".to_owned()),
        ..attempt(order, number)
    }
}

/// Accepts orders of which each must be new.
pub async fn accept(store: &Store, orders: impl IntoIterator<Item = CallOrder>) {
    let batch: Vec<_> = orders.into_iter().map(|order| (order, "print".to_owned())).collect();
    let accepted = store.accept_call_orders(&batch).await.expect("accepted").orders;
    assert!(accepted.iter().all(|accepted| matches!(accepted, Accepted::New(_))), "{accepted:?}");
}

pub fn notice(id: i64, call: Option<u128>) -> Arc<Notice> {
    Arc::new(Notice {
        id,
        at: at(id),
        kind: NoticeKind::CallKey,
        call: call.map(|number| CallId(Uuid::from_u128(number))),
        data: json!({"digit": "*"}),
    })
}

pub fn first(limit: u32) -> PageRequest {
    PageRequest { cursor: None, limit }
}
