//! SQLite's plans of the ledger's statements: each finds its rows by an index, however many orders wait.
//! (PostgreSQL's depend on what is stored: `tests/storage` counts them.)

use std::fs;

use super::{claim, order, unwanted};
use crate::{
    config::StorageConfig,
    storage::{StorageError, Store, pool::args},
};

async fn plan(store: &Store, sql: &str) -> Result<String, StorageError> {
    let sql = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
    let rows: Vec<(i64, i64, i64, String)> = store.pool.fetch(sql, args![]).await?;
    Ok(rows.into_iter().map(|row| row.3 + "\n").collect())
}

#[tokio::test]
async fn by_their_indexes() -> Result<(), StorageError> {
    let directory = std::env::temp_dir().join(format!("stasisd-plans-{}", std::process::id()));
    let config = StorageConfig {
        url: format!("sqlite://{}/plans.db", directory.display()).as_str().into(),
        url_file: None,
        max_connections: 1,
        group_commit_ms: 5,
        statement_timeout_ms: 10_000,
    };
    let store = Store::open(&config).await?;
    let save = order::SAVE.text(64, |_| "?".to_owned());
    for (sql, index) in [
        (claim::CLAIM, "call_orders USING INDEX call_orders_due (gateway=? AND lane=? AND next_at<?)"),
        (claim::NEXT_DUE, "call_orders_due (gateway=? AND lane=?)"),
        (claim::EXPIRE, "call_orders_past (not_after<?)"),
        (claim::NEXT_EXPIRY, "call_orders_past"),
        (unwanted::END, "call_orders_unwanted"),
        (unwanted::ANY, "call_orders_unwanted"),
        (&save, "call_orders USING INDEX sqlite_autoindex_call_orders_1 (id=?)"),
    ] {
        let plan = plan(&store, sql).await?;
        assert!(plan.contains(index), "{sql}\n{plan}");
        for slow in ["SCAN call_orders\n", "USE TEMP B-TREE", "AUTOMATIC"] {
            assert!(!plan.contains(slow), "{sql}\n{plan}");
        }
    }
    let _ = fs::remove_dir_all(directory);
    Ok(())
}
