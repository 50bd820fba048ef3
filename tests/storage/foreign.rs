//! Somebody else's database: asked with one value, never written, and its complaints are told.

use std::time::Duration;

use serde_json::json;
use stasisd::storage::{Foreign, ForeignError};

use crate::base::{Base, facts, on_both};

on_both!(rows_are_objects, nothing_is_written, what_is_wrong_is_told, bounded);

async fn table(base: &Base) -> Foreign {
    base.execute(
        "CREATE TABLE customers (id INTEGER, name TEXT, phone TEXT, balance REAL, gone TEXT);
         INSERT INTO customers VALUES (1, 'Anna \"x\" O''Hara', '+34600000001', 1.5, NULL);
         INSERT INTO customers VALUES (2, 'Berta', '+34600000002', 0, NULL);",
    )
    .await;
    Foreign::new(base.config.url.expose(), Duration::from_secs(5)).expect("a url")
}

async fn rows_are_objects(base: Base) {
    let other = table(&base).await;
    let rows =
        other.rows("SELECT * FROM customers WHERE phone = $1;", "+34600000001", 10).await.expect("rows");
    let anna =
        json!({"id": 1, "name": "Anna \"x\" O'Hara", "phone": "+34600000001", "balance": 1.5, "gone": null});
    assert_eq!(rows, [facts(anna)]);
    let none = other.rows("SELECT * FROM customers WHERE phone = $1", "' OR 1=1 --", 10).await;
    assert_eq!(none, Ok(Vec::new()));
    let none = other.rows("SELECT * FROM customers WHERE phone = $1", "x", 10).await;
    assert_eq!(none, Ok(Vec::new()));
}

async fn nothing_is_written(base: Base) {
    let other = table(&base).await;
    let sql = "INSERT INTO customers (name) VALUES ($1) RETURNING name";
    assert!(matches!(other.rows(sql, "Eve", 10).await, Err(ForeignError::Refused(_))));
    let rows = other.rows("SELECT name FROM customers WHERE name = $1", "Eve", 10).await;
    assert_eq!(rows, Ok(Vec::new()));
}

async fn what_is_wrong_is_told(base: Base) {
    let other = table(&base).await;
    let error =
        other.rows("SELECT nothing FROM customers WHERE phone = $1", "x", 10).await.expect_err("no column");
    assert!(error.to_string().contains("nothing"), "{error}");
    for bad in ["oracle://x", "", "postgres://[", "mysql://u@h:99999999/x"] {
        assert!(matches!(Foreign::new(bad, Duration::from_secs(1)), Err(ForeignError::Url(_))), "{bad}");
    }
    let away = Foreign::new("postgres://u@127.0.0.1:1/x", Duration::from_millis(500)).expect("a url");
    let error = away.rows("SELECT $1", "x", 1).await.expect_err("nobody is there");
    assert!(matches!(error, ForeignError::Connection(_)), "{error}");
    let away = Foreign::new("mysql://u@127.0.0.1:1/x", Duration::from_millis(500)).expect("a url");
    let error = away.rows("SELECT ?", "x", 1).await.expect_err("nobody is there");
    assert!(matches!(error, ForeignError::Connection(_)), "{error}");
}

async fn bounded(base: Base) {
    let other = table(&base).await;
    assert_eq!(other.rows("SELECT * FROM customers WHERE phone <> $1", "x", 1).await.expect("rows").len(), 1);
    base.execute("CREATE TABLE large (text TEXT)").await;
    let chunk = "'0123456789012345678901234567890123456789'";
    let sql = format!(
        "INSERT INTO large VALUES (replace(replace({chunk}, '1', {chunk}), '2', replace({chunk}, '3', {chunk})))"
    );
    let sql: &'static str = Box::leak(sql.into_boxed_str());
    for _ in 0..500 {
        base.execute(sql).await;
    }
    let told = other.rows("SELECT text FROM large WHERE text <> $1", "x", 10_000).await;
    assert_eq!(told, Err(ForeignError::TooLarge));
}
