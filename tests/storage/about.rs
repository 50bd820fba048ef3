//! An order and the calls about it: changed together, or not at all.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::json;
use stasisd::{
    model::{CallOrder, Lane, Order, OrderEnd, OrderState, Outcome},
    storage::{Accepted, CallChanges, OrderBefore, OrderPut, Store, Unwanted},
};

use crate::base::{Base, at, call_order, facts, on_both, order};

on_both!(
    the_change_takes_its_calls_with_it,
    nothing_changes_without_the_order,
    what_is_being_called_is_named,
    a_deletion_takes_its_calls_with_it,
    of_many_changes_at_once_one_call_stays,
);

const SUBJECT: &str = "order:A";

fn about(number: u128) -> CallOrder {
    CallOrder { subject: Some(SUBJECT.to_owned()), ..call_order(number) }
}

async fn put(store: &Store, order: Order, plan: impl Fn(&OrderBefore) -> CallChanges) -> OrderPut {
    store.put_order_and_calls(&order, SUBJECT, plan).await.unwrap()
}

async fn accept(store: &Store, call: CallOrder) {
    store.accept_call_orders(&[(call, String::new())]).await.unwrap();
}

/// Cancels all that is open and orders this one.
fn replace(before: &OrderBefore, new: CallOrder) -> CallChanges {
    CallChanges {
        cancel: before.calls.iter().map(|call| (call.id, "changed".to_owned())).collect(),
        order: vec![(new, String::new())],
        ..CallChanges::default()
    }
}

async fn the_change_takes_its_calls_with_it(base: Base) {
    let store = &base.store;
    let done = put(store, order("A", 1, "sent"), |before| {
        assert_eq!(*before, OrderBefore::default());
        replace(before, about(1))
    });
    let done = done.await;
    assert_eq!((done.outcome, done.before), (Outcome::Created, None));
    assert_eq!(done.calls.ordered.orders, [Accepted::New(about(1))]);

    let asked = CallOrder { number: crate::base::phone("+34600000009"), ..about(2) };
    accept(store, asked.clone()).await;
    let new_facts = facts(json!({"order": {"status": "arrived"}}));
    let done = put(store, order("A", 2, "arrived"), |before| {
        assert_eq!(before.status.as_deref(), Some("sent"));
        assert_eq!(before.calls.iter().map(|call| call.id).collect::<Vec<_>>(), [about(1).id, about(2).id]);
        CallChanges {
            cancel: vec![(about(1).id, "the order is arrived now".to_owned())],
            refresh: vec![(asked.id, new_facts.clone())],
            order: vec![(about(3), String::new())],
        }
    });
    let done = done.await;
    assert_eq!((done.outcome, done.before.as_deref()), (Outcome::Applied, Some("sent")));
    let cancelled = &done.calls.cancelled[0];
    assert_eq!((cancelled.id, cancelled.end), (about(1).id, Some(OrderEnd::Cancelled)));
    assert_eq!(cancelled.detail.as_deref(), Some("the order is arrived now"));
    assert_eq!(store.call_order(asked.id).await.unwrap().unwrap().facts, new_facts);
    assert_eq!(store.call_order(about(3).id).await.unwrap().unwrap().state, OrderState::Waiting);
}

async fn nothing_changes_without_the_order(base: Base) {
    let store = &base.store;
    store.put_order(&order("A", 5, "sent")).await.unwrap();
    for (version, status, outcome) in
        [(5, "sent", Outcome::Unchanged), (4, "packed", Outcome::Stale), (5, "arrived", Outcome::Conflict)]
    {
        let done = put(store, order("A", version, status), |_| panic!("it is not asked"));
        let done = done.await;
        assert_eq!((done.outcome, done.calls), (outcome, Default::default()));
    }
    accept(store, CallOrder { subject: Some("order:B".to_owned()), ..call_order(1) }).await;
    let done = put(store, order("A", 6, "arrived"), |before| {
        assert_eq!(before.calls, [], "another's");
        CallChanges::default()
    });
    assert_eq!(done.await.outcome, Outcome::Applied);
}

async fn what_is_being_called_is_named(base: Base) {
    let store = &base.store;
    accept(store, about(1)).await;
    let claimed = store.claim_due("carrier", Lane::Callback, at(1_000_000), 10, "me").await.unwrap();
    assert_eq!(claimed.len(), 1);
    let done = put(store, order("A", 1, "sent"), |before| replace(before, about(2)));
    let calls = done.await.calls;
    assert_eq!((calls.cancelled, calls.active), (vec![], vec![about(1).id]));
    assert_eq!(store.unwanted(about(1).id).await, Ok(Some(Unwanted::After)), "and that is on disk");
    store.cancel_call_order(about(1).id, at(9)).await.unwrap();
    assert_eq!(store.unwanted(about(1).id).await, Ok(Some(Unwanted::Now)), "the stronger wish");
    assert_eq!(store.call_order(about(1).id).await.unwrap().unwrap().state, OrderState::Active);
}

async fn a_deletion_takes_its_calls_with_it(base: Base) {
    let store = &base.store;
    store.put_order(&order("A", 5, "sent")).await.unwrap();
    accept(store, about(1)).await;
    let id = order("A", 5, "sent").id;
    let (outcome, calls) = store.delete_order_and_calls(&id, Some(4), at(9), SUBJECT).await.unwrap();
    assert_eq!((outcome, calls), (Outcome::Stale, Default::default()));
    let (outcome, calls) = store.delete_order_and_calls(&id, Some(6), at(9), SUBJECT).await.unwrap();
    assert_eq!((outcome, calls.cancelled.len()), (Outcome::Applied, 1));
    assert_eq!(calls.cancelled[0].detail.as_deref(), Some("the order A was deleted"));
}

async fn of_many_changes_at_once_one_call_stays(base: Base) {
    let store = Arc::new(base.store.clone());
    store.put_order(&order("A", 1, "new")).await.unwrap();
    let next = Arc::new(AtomicUsize::new(1));
    let changes = (2..18).map(|version| {
        let (store, next) = (store.clone(), next.clone());
        tokio::spawn(async move {
            let done = put(&store, order("A", version, &format!("s{version}")), |before| {
                replace(before, about(next.fetch_add(1, Ordering::Relaxed) as u128))
            });
            done.await.outcome
        })
    });
    for change in changes.collect::<Vec<_>>() {
        assert!(matches!(change.await.unwrap(), Outcome::Applied | Outcome::Stale));
    }
    let done = put(&store, order("A", 99, "last"), |before| {
        assert_eq!(before.calls.len(), 1, "{before:?}");
        CallChanges::default()
    });
    assert_eq!(done.await.before.as_deref(), Some("s17"));
}
