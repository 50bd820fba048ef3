//! Faults: a full disk, a newer database, a missing one, two processes at once.

use std::{os::unix::fs::PermissionsExt, path::Path, process::Command, time::Duration};

use stasisd::{
    config::{RetentionConfig, StorageConfig},
    model::{Lane, Outcome},
    storage::{Journal, OrderQuery, StorageError, Store},
};
use tokio_util::sync::CancellationToken;

use crate::{
    base::{Base, at, call, call_order, config, ended, first, live, on_both, order},
    support::{temp::TempDir, wait::eventually},
};

on_both!(
    a_newer_database_is_refused,
    a_changed_migration_is_refused,
    opened_twice,
    everything_has_a_deadline,
    who_gives_up_leaves_nothing_behind,
);

async fn a_newer_database_is_refused(base: Base) {
    base.execute("UPDATE _sqlx_migrations SET version = 9999 WHERE version = 1").await;
    let error = Store::open(&base.config).await.map(|_| ()).expect_err("newer");
    assert_eq!(error, StorageError::TooNew);
    assert!(error.to_string().contains("later version"), "{error}");
}

async fn a_changed_migration_is_refused(base: Base) {
    base.execute("UPDATE _sqlx_migrations SET checksum = ''").await;
    let error = Store::open(&base.config).await.map(|_| ()).expect_err("changed");
    assert!(matches!(error, StorageError::Corrupt(_)), "{error}");
}

async fn opened_twice(base: Base) {
    let other = Store::open(&base.config).await.expect("opens again");
    let puts = (0..50).map(|n| (n, if n % 2 == 0 { base.store.clone() } else { other.clone() }));
    let tasks: Vec<_> = puts
        .map(|(n, store)| {
            tokio::spawn(async move { store.put_order(&order(&format!("o{n}"), 1, "x")).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no panic").map(|p| p.0), Ok(Outcome::Created));
    }
    let page = other.orders(&OrderQuery::default(), &first(200)).await.expect("listed");
    assert_eq!(page.items.len(), 50);
}

async fn everything_has_a_deadline(base: Base) {
    let hasty = StorageConfig { statement_timeout_ms: 300, ..base.config.clone() };
    let store = Store::open(&hasty).await.expect("opens");
    let held = base.hold().await;
    for error in [
        store.save_calls(&[live(1, 1)]).await.expect_err("held"),
        store.put_order(&order("a", 1, "x")).await.map(|_| ()).expect_err("held"),
        store.delete_order(&"a".into(), Some(3), at(0)).await.map(|_| ()).expect_err("held"),
        store.accept_call_orders(&[(call_order(1), String::new())]).await.map(|_| ()).expect_err("held"),
        store.claim_due("carrier", Lane::Alert, at(0), 1, "us").await.map(|_| ()).expect_err("held"),
        store.cancel_call_order(call_order(1).id, at(0)).await.map(|_| ()).expect_err("held"),
    ] {
        assert!(error.is_temporary(), "{error}");
    }
    drop(held);
    let _ = eventually(async || store.save_calls(&[live(1, 1)]).await, Result::is_ok).await;
}

/// Writers that are dropped at any point (their client hung up): no half transaction, no stuck connection.
async fn who_gives_up_leaves_nothing_behind(base: Base) {
    for micros in (0..6_000).step_by(100) {
        let order = order(&format!("o{micros}"), 1, "x");
        let put = base.store.put_order(&order);
        let _ = tokio::time::timeout(Duration::from_micros(micros), put).await;
    }
    for micros in (0..6_000).step_by(100) {
        let order = order(&format!("o{micros}"), 1, "x");
        let (outcome, stored) = base.store.put_order(&order).await.expect("stored");
        assert!(matches!(outcome, Outcome::Created | Outcome::Unchanged), "{outcome:?}");
        assert_eq!(base.store.order(&order.id).await, Ok(Some(stored)));
    }
    let phone = order("", 1, "x").phones.remove(0);
    assert_eq!(base.store.orders_of(&phone, at(0)).await.map(|o| o.len()), Ok(60));
}

fn full(path: &Path) -> StorageConfig {
    config(format!("sqlite://{}?max_page_count=200", path.join("small.db").display()))
}

/// SQLite's own bound on the file gives the same error as a full disk, without root.
#[tokio::test]
async fn a_full_disk_refuses_and_keeps() {
    let directory = TempDir::new("full");
    let store = Store::open(&full(directory.path())).await.expect("opens");
    let mut stored = 0;
    let error = loop {
        match store.put_order(&order(&format!("o{stored}"), 1, &"x".repeat(2_000))).await {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 1_000, "the disk never becomes full");
    };
    assert_eq!(error, StorageError::Full);
    assert!(error.is_temporary());
    let page = store.orders(&OrderQuery::default(), &first(200)).await.expect("listed");
    assert_eq!(page.items.len(), stored, "what was accepted is there");
    // Room is made; then it goes on by itself.
    for number in 0..stored {
        store.delete_order(&format!("o{number}").as_str().into(), None, at(0)).await.expect("deleted");
    }
    assert_eq!(store.put_order(&order("after", 1, "x")).await.map(|p| p.0), Ok(Outcome::Created));
}

#[tokio::test]
async fn the_journal_outlasts_a_full_disk() {
    let directory = TempDir::new("full");
    let config = StorageConfig { statement_timeout_ms: 500, ..full(directory.path()) };
    let store = Store::open(&config).await.expect("opens");
    let (journal, _writer) = Journal::start(store.clone(), &config, CancellationToken::new());
    let mut saved = 0;
    let error = loop {
        (0..20).for_each(|n| journal.save(ended(saved + n, 1)));
        saved += 20;
        match journal.flushed().await {
            Ok(()) => assert!(saved < 5_000, "the disk never becomes full"),
            Err(error) => break error,
        }
    };
    assert_eq!(error, StorageError::Full);
    assert!(!journal.is_healthy());
    journal.save(live(900_000, 1));
    let old = at(200 * 86_400);
    let keep = RetentionConfig {
        calls_days: 100,
        events_days: 1,
        orders_days: 1,
        call_orders_days: 1,
        notes_days: 0,
        routing_days: 1,
        queues_days: 30,
        sweep_minutes: 1,
    };
    let swept = store.sweep(&keep, old).await.expect("sweeping needs no room");
    assert_eq!(swept.calls, u64::try_from(saved - 20).expect("small"));
    let _ = eventually(async || journal.flushed().await, Result::is_ok).await;
    assert!(journal.is_healthy());
    assert_eq!(store.live_calls().await, Ok(vec![call(900_000, 1)]));
    assert!(store.call(ended(saved - 1, 1).id).await.expect("read").is_some(), "what waited is there");
}

#[tokio::test]
async fn the_file_is_its_owners_alone() {
    let directory = TempDir::new("modes");
    let path = directory.path().join("a/b/stasisd.db");
    let store = Store::open(&config(format!("sqlite://{}", path.display()))).await.expect("opens");
    store.save_calls(&[live(1, 1)]).await.expect("saved");
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
    assert_eq!(mode(path.parent().expect("a directory")), 0o750);
}

#[tokio::test]
async fn no_database_is_told_clearly() {
    let directory = TempDir::new("none");
    let file = directory.path().join("file");
    std::fs::write(&file, "no directory").expect("written");
    let garbage = directory.path().join("garbage.db");
    std::fs::write(&garbage, "x".repeat(8_192)).expect("written");
    let cases = [
        (format!("sqlite://{}/stasisd.db", file.display()), "cannot make"),
        ("sqlite://".to_owned(), "needs a file"),
        ("mysql://localhost/x".to_owned(), "neither sqlite:// nor postgres://"),
        ("postgres://x:secret@127.0.0.1:1/x?sslmode=disable".to_owned(), "refused"),
        (format!("sqlite://{}", garbage.display()), "not a database"),
    ];
    for (url, told) in cases {
        let error = Store::open(&config(url.clone())).await.map(|_| ()).expect_err("no database");
        assert!(error.to_string().contains(told), "{url}: {error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

/// Two programs open the same new file at the same moment, and both write: this test program, run twice.
#[tokio::test]
async fn two_processes_share_a_new_file() {
    let directory = TempDir::new("two");
    let url = format!("sqlite://{}/stasisd.db", directory.path().display());
    let run = |name: &str| {
        Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "faults::one_process_writes", "--nocapture"])
            .envs([("STORAGE_TEST_URL", url.as_str()), ("STORAGE_TEST_NAME", name)])
            .spawn()
            .expect("runs")
    };
    let (one, two) = (run("one"), run("two"));
    for mut child in [one, two] {
        let status = tokio::task::spawn_blocking(move || child.wait()).await.expect("no panic");
        assert!(status.expect("ends").success());
    }
    let store = Store::open(&config(url)).await.expect("opens");
    let page = store.orders(&OrderQuery::default(), &first(200)).await.expect("listed");
    assert_eq!(page.items.len(), 100);
}

/// The half of [`two_processes_share_a_new_file`] that runs in its own process; alone it uses its own file.
#[tokio::test]
async fn one_process_writes() {
    let directory = TempDir::new("one");
    let url = std::env::var("STORAGE_TEST_URL")
        .unwrap_or_else(|_| format!("sqlite://{}/x.db", directory.path().display()));
    let name = std::env::var("STORAGE_TEST_NAME").unwrap_or_default();
    let store = Store::open(&config(url)).await.expect("opens");
    for number in 0..50 {
        store.put_order(&order(&format!("{name}-{number}"), 1, "x")).await.expect("stored");
    }
    assert!(store.order(&format!("{name}-49").as_str().into()).await.expect("read").is_some());
}
