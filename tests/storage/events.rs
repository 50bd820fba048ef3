//! Events: in the order of their ids, each once.

use std::sync::Arc;

use stasisd::model::{CallId, Notice};
use uuid::Uuid;

use crate::base::{Base, notice, on_both};

on_both!(kept_in_order, read_as_written);

fn ids(events: &[Notice]) -> Vec<i64> {
    events.iter().map(|e| e.id).collect()
}

async fn kept_in_order(base: Base) {
    let store = &base.store;
    assert_eq!(store.oldest_event().await, Ok(None));
    store.save_events(&[notice(3, Some(7)), notice(1, None), notice(2, Some(8))]).await.expect("saved");
    // Saved again after a failure whose outcome nobody knows, with one more.
    store.save_events(&[notice(2, Some(8)), notice(4, Some(7))]).await.expect("saved");
    assert_eq!(store.oldest_event().await, Ok(Some(1)));
    assert_eq!(ids(&store.events_after(0, 100).await.expect("read")), [1, 2, 3, 4]);
    assert_eq!(ids(&store.events_after(1, 2).await.expect("read")), [2, 3]);
    assert_eq!(ids(&store.events_after(4, 2).await.expect("read")), [0; 0]);
    assert_eq!(ids(&store.events_of(CallId(Uuid::from_u128(7))).await.expect("read")), [3, 4]);
}

async fn read_as_written(base: Base) {
    let event = Arc::new(Notice { id: 1_790_000_000_000_000, ..(*notice(1, Some(7))).clone() });
    base.store.save_events(std::slice::from_ref(&event)).await.expect("saved");
    assert_eq!(base.store.events_after(0, 1).await, Ok(vec![(*event).clone()]));
}
