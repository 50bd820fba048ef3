//! Accepting call orders: once for each idempotency key, and a newer one replaces what waits.

use stasisd::{
    model::{CallOrder, OrderEnd, OrderState},
    storage::{Accepted, CallOrderQuery},
};

use crate::base::{Base, accept, at, call_order, first, on_both, phone};

on_both!(
    read_as_written,
    the_same_key_is_the_same_order,
    two_at_once_make_one,
    batches_that_cross,
    a_newer_order_replaces_what_waits,
    of_two_newer_ones_at_once_one_stays,
    a_repeat_replaces_nothing,
    large_batches,
);

fn print(order: CallOrder) -> (CallOrder, String) {
    (order, "print".to_owned())
}

fn keyed(number: u128, key: &str) -> CallOrder {
    CallOrder { idempotency_key: Some(key.to_owned()), ..call_order(number) }
}

fn about(number: u128, subject: &str) -> CallOrder {
    CallOrder { subject: Some(subject.to_owned()), ..call_order(number) }
}

async fn waiting(base: &Base) -> Vec<u128> {
    let query = CallOrderQuery { state: Some(OrderState::Waiting), ..CallOrderQuery::default() };
    let page = base.store.call_orders(&query, &first(200)).await.expect("listed");
    page.items.iter().map(|order| order.id.0.as_u128()).collect()
}

async fn read_as_written(base: Base) {
    let full = CallOrder {
        not_after: Some(at(99)),
        subject: Some("order:A-1".to_owned()),
        idempotency_key: Some("k".to_owned()),
        ..call_order(1)
    };
    let bare = CallOrder { caller_id: None, time_zone: None, callback_url: None, ..call_order(2) };
    accept(&base.store, [full.clone(), bare.clone()]).await;
    assert_eq!(base.store.call_order(full.id).await, Ok(Some(full)));
    assert_eq!(base.store.call_order(bare.id).await, Ok(Some(bare)));
    assert_eq!(base.store.call_order(call_order(3).id).await, Ok(None));
    assert_eq!(base.store.accept_call_orders(&[]).await.map(|a| a.orders), Ok(Vec::new()));
}

async fn the_same_key_is_the_same_order(base: Base) {
    let store = &base.store;
    let batch = [print(keyed(1, "a")), print(keyed(2, "a")), (keyed(3, "a"), "other".to_owned())];
    let accepted = store.accept_call_orders(&batch).await.expect("accepted").orders;
    let [new, known, conflict] = &accepted[..] else { panic!("{accepted:?}") };
    assert_eq!(new, &Accepted::New(keyed(1, "a")));
    assert_eq!(known, &Accepted::Known(keyed(1, "a")));
    assert_eq!(conflict, &Accepted::Conflict);
    // Later, what became of it is told; without a key, the same id is the same order too.
    store.cancel_call_order(keyed(1, "a").id, at(5)).await.expect("cancelled");
    accept(store, [call_order(9)]).await;
    let batch = [print(keyed(4, "a")), (keyed(5, "a"), String::new()), print(call_order(9))];
    let accepted = store.accept_call_orders(&batch).await.expect("accepted").orders;
    let Accepted::Known(known) = &accepted[0] else { panic!("{accepted:?}") };
    assert_eq!((known.id, known.end), (keyed(1, "a").id, Some(OrderEnd::Cancelled)));
    assert_eq!(accepted[1..], [Accepted::Conflict, Accepted::Known(call_order(9))]);
    assert_eq!(waiting(&base).await, [9]);
}

async fn two_at_once_make_one(base: Base) {
    for round in 0..10_u128 {
        let key = format!("key-{round}");
        let tasks: Vec<_> = (0..4)
            .map(|n| {
                let (store, order) = (base.store.clone(), keyed(round * 10 + n, &key));
                tokio::spawn(async move { store.accept_call_orders(&[print(order)]).await })
            })
            .collect();
        let (mut new, mut ids) = (0, Vec::new());
        for task in tasks {
            match task.await.expect("no panic").expect("accepted").orders.remove(0) {
                Accepted::New(order) => {
                    new += 1;
                    ids.push(order.id);
                }
                Accepted::Known(order) => ids.push(order.id),
                Accepted::Conflict => panic!("the same fingerprint"),
            }
        }
        ids.dedup();
        assert_eq!((new, ids.len()), (1, 1));
    }
    assert_eq!(waiting(&base).await.len(), 10);
}

/// The same keys and subjects in another order, at the same time: nobody waits for each other.
async fn batches_that_cross(base: Base) {
    let order = |batch: u128, n: u128| CallOrder {
        idempotency_key: Some(format!("{n}")),
        subject: Some(format!("{n}")),
        ..call_order(batch * 1_000 + n)
    };
    let tasks: Vec<_> = (0..8)
        .map(|batch: u128| {
            let mut orders: Vec<_> = (0..100).map(|n| print(order(batch, n))).collect();
            if batch.is_multiple_of(2) {
                orders.reverse();
            }
            let store = base.store.clone();
            tokio::spawn(async move { store.accept_call_orders(&orders).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.expect("no panic").map(|a| a.orders.len()), Ok(100));
    }
    assert_eq!(waiting(&base).await.len(), 100);
}

async fn a_newer_order_replaces_what_waits(base: Base) {
    let store = &base.store;
    let elsewhere = CallOrder { number: phone("+34600000002"), ..about(3, "A-1") };
    accept(store, [about(1, "A-1"), about(2, "A-2"), elsewhere, call_order(4)]).await;
    let newest = [print(about(10, "A-1")), print(about(11, "A-1"))];
    let done = store.accept_call_orders(&newest).await.expect("accepted");
    let [Accepted::New(ten), Accepted::New(eleven)] = &done.orders[..] else { panic!("{done:?}") };
    assert_eq!(eleven, &about(11, "A-1"));
    assert_eq!((ten.state, ten.end), (OrderState::Ended, Some(OrderEnd::Cancelled)));
    let ids: Vec<_> = done.replaced.iter().map(|o| o.id.0.as_u128()).collect();
    assert_eq!(ids, [1, 10]);
    assert_eq!(done.replaced[0].detail, Some(format!("replaced by {}", eleven.id)));
    assert_eq!(done.replaced[0].ended_at, Some(eleven.created_at));
    assert_eq!(store.call_order(ten.id).await, Ok(Some(ten.clone())));
    assert_eq!(waiting(&base).await, [11, 4, 3, 2]);
    // One that is being called is left alone, and can ask whether it is still wanted.
    let claimed = store.claim_due("carrier", eleven.lane, at(11), 10, "us").await.expect("claimed");
    assert_eq!(claimed.len(), 4);
    let done = store.accept_call_orders(&[print(about(12, "A-1"))]).await.expect("accepted");
    assert_eq!(done.replaced, []);
    assert_eq!(store.newer_call_order(eleven).await, Ok(Some(about(12, "A-1").id)));
    assert_eq!(store.newer_call_order(&about(12, "A-1")).await, Ok(None));
    assert_eq!(store.newer_call_order(&call_order(4)).await, Ok(None));
}

async fn of_two_newer_ones_at_once_one_stays(base: Base) {
    for round in 0..10_u128 {
        let tasks: Vec<_> = (0..4)
            .map(|n| {
                let (store, order) = (base.store.clone(), about(round * 10 + n, &format!("{round}")));
                tokio::spawn(async move { store.accept_call_orders(&[print(order)]).await })
            })
            .collect();
        let mut replaced = 0;
        for task in tasks {
            replaced += task.await.expect("no panic").expect("accepted").replaced.len();
        }
        assert_eq!(replaced, 3);
    }
    assert_eq!(waiting(&base).await.len(), 10);
}

/// A request that is sent again must not cancel what came after it.
async fn a_repeat_replaces_nothing(base: Base) {
    let old = CallOrder { idempotency_key: Some("old".to_owned()), ..about(1, "A-1") };
    accept(&base.store, [old.clone()]).await;
    accept(&base.store, [about(2, "A-1")]).await;
    let again = CallOrder { id: call_order(3).id, ..old };
    let done = base.store.accept_call_orders(&[print(again)]).await.expect("accepted");
    assert!(
        matches!(&done.orders[..], [Accepted::Known(o)] if o.end == Some(OrderEnd::Cancelled)),
        "{done:?}"
    );
    assert_eq!((done.replaced.len(), waiting(&base).await), (0, vec![2]));
}

/// More than one statement of each size.
async fn large_batches(base: Base) {
    accept(&base.store, (0..512 + 64 + 16 + 3).map(call_order)).await;
    let claimed = base.store.claim_due("carrier", call_order(1).lane, at(600), 1_000, "us").await;
    assert_eq!(claimed.map(|c| c.len()), Ok(595));
}
