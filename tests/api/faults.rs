//! What the port says when something behind it fails.

use std::{path::Path, sync::atomic::Ordering};

use serde_json::json;
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};

use crate::app::{App, Setup};

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_is_half_stored() {
    let mut setup = Setup::default();
    setup.storage.url = format!("{}?max_page_count=160", setup.storage.url.expose()).as_str().into();
    let app = App::with(setup).await;
    let shop = app.shop().await;
    let order = |n: u32| json!({"phones": ["600000001"], "status": "s", "version": n, "facts": {"x": "y".repeat(20_000)}});
    let mut stored = 0;
    let refused = loop {
        let answer = shop.put(&format!("/v1/orders/o{stored}"), order(1)).await;
        if answer.status != 201 {
            break answer;
        }
        stored += 1;
        assert!(stored < 1_000, "it must become full");
    };
    refused.is_problem(507, "storage_full");
    assert!(stored > 0);
    shop.get(&format!("/v1/orders/o{stored}")).await.is_problem(404, "not_found");
    let listed = shop.get("/v1/orders?phone=600000001&limit=200").await.is(200);
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        stored,
        "what was accepted is there, and nothing else"
    );

    for id in ["o0", "o1"] {
        let freed = shop.delete(&format!("/v1/orders/{id}")).await.is(200);
        assert_eq!(freed["outcome"], "applied", "what is deleted makes room");
    }
    shop.put(&format!("/v1/orders/o{stored}"), order(2)).await.is(201);
}

#[tokio::test]
async fn a_panic_ends_its_request_alone() {
    let app = App::start().await;
    let admin = app.admin().await;
    let problem = admin.get("/v1/flows/panic").await.is_problem(500, "internal");
    assert!(!problem.to_string().contains("pretended fault"), "what broke is the log's");
    admin.get("/v1/flows").await.is(200);
}

#[tokio::test]
async fn a_handler_that_hangs_is_given_up() {
    let mut setup = Setup::default();
    setup.http.request_timeout_ms = 200;
    let app = App::with(setup).await;
    app.control.hangs.store(true, Ordering::Relaxed);
    let admin = app.admin().await;
    admin.post("/v1/flows/reload", json!({})).await.is_problem(504, "timeout");
}

#[tokio::test]
async fn a_busy_database_is_said_to_be_busy() {
    let mut setup = Setup::default();
    setup.storage.statement_timeout_ms = 300;
    let file = setup.directory.path().join("api.db");
    let app = App::with(setup).await;
    let shop = app.shop().await;
    shop.put("/v1/orders/A", json!({"phones": [], "status": "s", "version": 1})).await.is(201);
    let holder = Holder::of(&file).await;
    let answer = shop.put("/v1/orders/A", json!({"phones": [], "status": "s", "version": 2})).await;
    answer.is_problem(503, "unavailable");
    assert!(answer.header("retry-after").is_some());
    assert_eq!(shop.get("/v1/orders/A").await.is(200)["version"], 1, "reading goes on");
    holder.release().await;
    let again = shop.put("/v1/orders/A", json!({"phones": [], "status": "s", "version": 2})).await;
    assert_eq!(again.is(200)["outcome"], "applied");
}

/// Another process that holds the database's only write lock.
struct Holder(SqliteConnection);

impl Holder {
    async fn of(file: &Path) -> Self {
        let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
        connection.execute("BEGIN IMMEDIATE").await.unwrap();
        Self(connection)
    }

    async fn release(mut self) {
        self.0.execute("ROLLBACK").await.unwrap();
        self.0.close().await.unwrap();
    }
}
