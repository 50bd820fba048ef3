//! The ledger as it stands in the store, read past the daemon: what it would find when it starts.

use std::{path::Path, time::Duration};

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

/// The store of a daemon on `SQLite`.
pub struct Ledger {
    pool: SqlitePool,
}

/// A call order's row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrderRow {
    pub id: String,
    pub number: String,
    pub key: Option<String>,
    pub state: String,
    pub end: Option<String>,
    pub reach: Option<String>,
    pub detail: Option<String>,
    pub attempts: i64,
    pub retry: Value,
    pub next_at_us: i64,
    pub created_at_us: i64,
}

/// An attempt's row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AttemptRow {
    pub order: String,
    pub number: i64,
    pub state: String,
    pub sent: Option<bool>,
    pub reach: Option<String>,
    pub cause: Option<i64>,
    pub tech_cause: Option<i64>,
    pub detail: Option<String>,
}

type RawOrder = (
    String,
    String,
    Option<String>,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    i64,
    String,
    i64,
    i64,
);
type RawAttempt =
    (String, i64, String, Option<i64>, Option<String>, Option<i64>, Option<i64>, Option<String>);

impl Ledger {
    /// The store of the daemon in this folder, which has been started once.
    pub fn of(daemon: &Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(daemon.join("stasisd.db"))
            .busy_timeout(Duration::from_secs(20));
        Self { pool: SqlitePoolOptions::new().max_connections(1).connect_lazy_with(options) }
    }

    /// All call orders.
    pub async fn orders(&self) -> Vec<OrderRow> {
        let sql = "SELECT id, number, idempotency_key, state, ended_as, reach, detail, attempts, retry, next_at, \
                   created_at FROM call_orders ORDER BY id";
        let rows: Vec<RawOrder> = sqlx::query_as(sql).fetch_all(&self.pool).await.expect("the call orders");
        let read = |row: RawOrder| {
            let (id, number, key, state, end, reach, detail, attempts, retry, next_at_us, created_at_us) =
                row;
            let retry = serde_json::from_str(&retry).expect("a retry rule");
            OrderRow {
                id,
                number,
                key,
                state,
                end,
                reach,
                detail,
                attempts,
                retry,
                next_at_us,
                created_at_us,
            }
        };
        rows.into_iter().map(read).collect()
    }

    /// All attempts, the first of an order first.
    pub async fn attempts(&self) -> Vec<AttemptRow> {
        let sql = "SELECT order_id, number, state, sent, reach, cause, tech_cause, detail FROM attempts \
                   ORDER BY order_id, number";
        let rows: Vec<RawAttempt> = sqlx::query_as(sql).fetch_all(&self.pool).await.expect("the attempts");
        let read = |row: RawAttempt| {
            let (order, number, state, sent, reach, cause, tech_cause, detail) = row;
            let sent = sent.map(|sent| sent != 0);
            AttemptRow { order, number, state, sent, reach, cause, tech_cause, detail }
        };
        rows.into_iter().map(read).collect()
    }

    /// How many call orders there are, and how many of them have ended.
    pub async fn ended(&self) -> (i64, i64) {
        let sql = "SELECT count(*), count(*) FILTER (WHERE state = 'ended') FROM call_orders";
        sqlx::query_as(sql).fetch_one(&self.pool).await.expect("the call orders")
    }
}
