//! The journal: groups, the barrier, the last writes, and a database that goes away and comes back.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use stasisd::{
    config::StorageConfig,
    feed::Feed,
    model::{CallState, NoticeKind},
    storage::{Journal, StorageError, Store},
};
use tokio_util::sync::CancellationToken;

use crate::{
    base::{Base, call, config, ended, live, notice, on_both},
    support::{postgres::Postgres, wait::eventually},
};

on_both!(
    flushed_means_on_disk,
    the_shutdown_writes_everything,
    the_feed_is_written,
    one_bad_row_harms_no_other
);

async fn flushed_means_on_disk(base: Base) {
    let shutdown = CancellationToken::new();
    let (journal, _writer) = Journal::start(base.store.clone(), &base.config, shutdown);
    journal.flushed().await.expect("nothing to wait for");
    for visit in 1..=5 {
        for number in 0..300 {
            journal.save(live(number, visit));
        }
        journal.flushed().await.expect("written");
        let calls = base.store.live_calls().await.expect("read");
        assert_eq!(calls.len(), 300);
        assert!(calls.iter().all(|c| c.position.visit == visit));
    }
    journal.save(ended(0, 6));
    journal.save(live(0, 7));
    journal.flushed().await.expect("written");
    let stored = base.store.call(call(0, 0).id).await.expect("read").expect("there");
    assert_eq!((stored.state, stored.position.visit), (CallState::Ended, 6));
    assert!(journal.is_healthy());
}

async fn the_shutdown_writes_everything(base: Base) {
    // A window that would not end within the test.
    let slow = StorageConfig { group_commit_ms: 3_600_000, ..base.config.clone() };
    let shutdown = CancellationToken::new();
    let (journal, writer) = Journal::start(base.store.clone(), &slow, shutdown.clone());
    let feed = Feed::new();
    journal.follow(feed.watch());
    // More than one transaction holds.
    (0..2_500).for_each(|number| journal.save(live(number, 1)));
    (0..5_000).for_each(|_| feed.post(NoticeKind::CallKey, None, serde_json::json!({"digit": "1"})));
    shutdown.cancel();
    writer.await.expect("no panic");
    assert_eq!(base.store.live_calls().await.map(|c| c.len()), Ok(2_500));
    assert_eq!(base.store.events_after(0, 10_000).await.map(|e| e.len()), Ok(5_000));
    journal.flushed().await.expect("all is written");
    journal.save(live(1, 2));
    assert!(matches!(journal.flushed().await, Err(StorageError::Unavailable(_))));
}

async fn the_feed_is_written(base: Base) {
    let (journal, _writer) = Journal::start(base.store.clone(), &base.config, CancellationToken::new());
    let feed = Feed::new();
    journal.follow(feed.watch());
    let call = Some(call(7, 1).id);
    for _ in 0..3 {
        feed.post(NoticeKind::CallSaid, call, serde_json::json!({"text": "hello"}));
    }
    feed.post(NoticeKind::AriConnected, None, serde_json::json!({}));
    journal.caught_up().await.expect("written");
    let events = base.store.events_after(0, 10).await.expect("read");
    assert_eq!(events.len(), 4);
    assert!(events.is_sorted_by_key(|e| e.id));
    assert_eq!(base.store.events_of(events[0].call.expect("a call")).await.map(|e| e.len()), Ok(3));
    // Also when nobody asks for it, and after the feed is gone.
    feed.post(NoticeKind::AriLost, None, serde_json::json!({}));
    drop(feed);
    let count = async || base.store.events_after(0, 10).await.expect("read").len();
    eventually(count, |count| *count == 5).await;
}

/// A row that the database refuses for good (here: an event, for want of its table) is left out alone.
async fn one_bad_row_harms_no_other(base: Base) {
    let (journal, _writer) = Journal::start(base.store.clone(), &base.config, CancellationToken::new());
    base.execute("DROP TABLE events").await;
    let feed = Feed::new();
    journal.follow(feed.watch());
    feed.post(NoticeKind::AriLost, None, serde_json::json!({}));
    (0..20).for_each(|number| journal.save(live(number, 1)));
    journal.caught_up().await.expect("what can be written is");
    assert_eq!(base.store.live_calls().await.map(|c| c.len()), Ok(20));
}

/// Saves while the database is down, and finds everything after it is up again.
#[tokio::test]
async fn postgres_killed_and_back() {
    let cluster = Arc::new(blocking(|| Postgres::start("killed")).await);
    let url = blocking({
        let cluster = Arc::clone(&cluster);
        move || cluster.database()
    })
    .await;
    let config = StorageConfig { statement_timeout_ms: 1_000, ..config(url) };
    let store = Store::open(&config).await.expect("opens");
    let (journal, _writer) = Journal::start(store.clone(), &config, CancellationToken::new());
    let feed = Feed::new();
    journal.follow(feed.watch());
    journal.save(live(1, 1));
    journal.save(live(2, 1));
    journal.flushed().await.expect("written");

    let killed = Arc::clone(&cluster);
    blocking(move || killed.kill()).await;
    journal.save(live(1, 2));
    journal.save(ended(2, 2));
    journal.save(live(3, 1));
    feed.post(NoticeKind::CallStarted, Some(call(3, 1).id), serde_json::json!({}));
    let began = Instant::now();
    let error = journal.flushed().await.expect_err("the database is down");
    assert!(error.is_temporary(), "{error}");
    assert!(began.elapsed() < Duration::from_secs(30), "a deadline");
    eventually(async || journal.is_healthy(), |healthy| !healthy).await;
    assert!(store.ping().await.expect_err("down").is_temporary());
    journal.save(live(1, 3));

    let again = Arc::clone(&cluster);
    blocking(move || again.up()).await;
    let _ = eventually(async || journal.flushed().await, Result::is_ok).await;
    assert!(journal.is_healthy());
    let live = store.live_calls().await.expect("read");
    assert_eq!(live, [call(1, 3), call(3, 1)]);
    let events =
        eventually(async || store.events_after(0, 10).await, |e| e.as_ref().is_ok_and(|e| e.len() == 1));
    assert_eq!(events.await.map(|e| e[0].kind), Ok(NoticeKind::CallStarted));
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("no panic")
}

#[tokio::test]
async fn sqlite_held_by_another_process_for_a_while() {
    let base = Base::sqlite().await;
    let config = StorageConfig { statement_timeout_ms: 200, ..base.config.clone() };
    let store = Store::open(&config).await.expect("opens");
    let (journal, _writer) = Journal::start(store, &config, CancellationToken::new());
    let other = base.hold().await;
    journal.save(live(1, 1));
    let error = journal.flushed().await.expect_err("held");
    assert!(error.is_temporary(), "{error}");
    drop(other);
    let _ = eventually(async || journal.flushed().await, Result::is_ok).await;
    assert_eq!(base.store.live_calls().await, Ok(vec![call(1, 1)]));
    base.store.save_events(&[notice(1, None)]).await.expect("everybody may write again");
}
