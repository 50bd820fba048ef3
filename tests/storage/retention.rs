//! Retention: what is too old goes, what is needed stays.

use std::sync::Arc;

use stasisd::{
    config::RetentionConfig,
    model::{CallOrder, Order, OrderState, Outcome},
    storage::{CallQuery, Journal, OrderQuery, Swept, Tried},
};

use tokio_util::sync::CancellationToken;

use crate::base::{Base, accept, at, attempt_ended, call, call_order, ended, first, notice, on_both, order};

on_both!(old_things_go, ended_call_orders_go_with_their_attempts, nothing_goes_when_kept_for_ever);

const DAY: i64 = 86_400;

fn keep(days: u32) -> RetentionConfig {
    RetentionConfig {
        calls_days: days,
        events_days: days,
        orders_days: days,
        call_orders_days: days,
        notes_days: days,
        routing_days: days,
        sweep_minutes: 60,
    }
}

async fn old_things_go(base: Base) {
    let store = &base.store;
    // More than two batches of old calls, one that started as early but lives, one that is young.
    let mut calls: Vec<_> = (0..1_203).map(|number| ended(number, 1)).collect();
    calls.push(Arc::new(call(5_000, 1)));
    let mut young = (*ended(6_000, 1)).clone();
    young.started_at = at(9 * DAY);
    calls.push(Arc::new(young));
    store.save_calls(&calls).await.expect("saved");
    let events: Vec<_> = (0..700).chain([9 * DAY]).map(|id| notice(id, Some(1))).collect();
    store.save_events(&events).await.expect("saved");
    store.put_order(&Order { expires_at: Some(at(5)), ..order("expired", 1, "x") }).await.expect("put");
    store.put_order(&Order { expires_at: Some(at(9 * DAY)), ..order("late", 1, "x") }).await.expect("put");
    store.put_order(&order("current", 1, "x")).await.expect("put");
    store.put_order(&order("deleted", 1, "x")).await.expect("put");
    store.delete_order(&"deleted".into(), None, at(6)).await.expect("deleted");

    let swept = store.sweep(&keep(3), at(10 * DAY)).await;
    assert_eq!(swept, Ok(Swept { calls: 1_203, events: 700, orders: 2, ..Swept::default() }));
    let left = store.calls(&CallQuery::default(), &first(10)).await.expect("listed").items;
    assert_eq!(left.iter().map(|c| c.id.0.as_u128()).collect::<Vec<_>>(), [6_000, 5_000]);
    assert_eq!(store.oldest_event().await, Ok(Some(9 * DAY)));
    let orders = store.orders(&OrderQuery::default(), &first(10)).await.expect("listed").items;
    assert_eq!(orders.iter().map(|o| o.id.as_str()).collect::<Vec<_>>(), ["current", "late"]);
    // The tombstone is gone with its order.
    assert_eq!(store.put_order(&order("deleted", 1, "x")).await.map(|p| p.0), Ok(Outcome::Created));
    assert_eq!(store.sweep(&keep(3), at(10 * DAY)).await, Ok(Swept::default()));
}

async fn ended_call_orders_go_with_their_attempts(base: Base) {
    let store = &base.store;
    let quiet = |number| CallOrder { callback_url: None, ..call_order(number) };
    accept(store, (0..1_200).chain([5_000, 5_001]).map(quiet)).await;
    accept(store, [call_order(6_000)]).await;
    let (journal, _writer) = Journal::start(store.clone(), &base.config, CancellationToken::new());
    for number in (0..1_100).chain([5_000, 6_000]) {
        let end = at(if number == 5_000 { 9 * DAY } else { 60 });
        journal.save_attempt(Arc::new(attempt_ended(number, 1)));
        journal.save_order(Arc::new(CallOrder {
            state: OrderState::Ended,
            ended_at: Some(end),
            ..call_order(number)
        }));
    }
    journal.flushed().await.expect("written");
    let swept = store.sweep(&keep(3), at(10 * DAY)).await;
    assert_eq!(swept, Ok(Swept { call_orders: 1_100, ..Swept::default() }));
    assert_eq!(store.attempt(attempt_ended(7, 1).id).await, Ok(None));
    assert_eq!(store.attempt(attempt_ended(5_000, 1).id).await, Ok(Some(attempt_ended(5_000, 1))));
    assert!(store.call_order(call_order(1_150).id).await.expect("read").is_some(), "it waits, however old");
    // What is told is read from the order: it stays until somebody has it.
    let claimed = store.claim_deliveries("example.com", at(9 * DAY), 9, at(9 * DAY)).await.expect("claimed");
    store.settle_delivery(&claimed[0], &Tried::Delivered { at: at(9 * DAY) }).await.expect("settled");
    let swept = store.sweep(&keep(3), at(10 * DAY)).await;
    assert_eq!(swept, Ok(Swept { call_orders: 1, ..Swept::default() }));
    assert_eq!(store.deliveries_of(call_order(6_000).id).await, Ok(Vec::new()));
}

async fn nothing_goes_when_kept_for_ever(base: Base) {
    base.store.save_calls(&[ended(1, 1)]).await.expect("saved");
    assert_eq!(base.store.sweep(&keep(0), at(10_000 * DAY)).await, Ok(Swept::default()));
}
