//! The outbox: enqueued with the end and once, claimed by one, in the order of time, each receiver in turn.

use std::{collections::HashSet, sync::Arc, time::Duration};

use stasisd::{
    model::{CallOrder, CallOrderId, OrderEnd, OrderState},
    storage::{CallTimes, Delivery, DeliveryState, Journal, Receiver, Tried},
};
use tokio_util::sync::CancellationToken;

use crate::base::{Base, accept, at, attempt, attempt_ended, call_order, on_both};

on_both!(
    an_end_is_enqueued_once,
    an_end_and_its_delivery_are_one_transaction,
    whoever_ends_an_order_enqueues_it,
    attempts_are_enqueued_when_wanted,
    receivers_take_turns,
    a_try_is_one_daemons_alone,
    what_came_of_a_try,
);

const HOST: &str = "example.com";

fn start(base: &Base) -> Journal {
    Journal::start(base.store.clone(), &base.config, CancellationToken::new()).0
}

fn over(order: CallOrder, secs: i64) -> Arc<CallOrder> {
    let end = Some(OrderEnd::Exhausted);
    Arc::new(CallOrder { state: OrderState::Ended, end, ended_at: Some(at(secs)), ..order })
}

fn quiet(number: u128) -> CallOrder {
    CallOrder { callback_url: None, ..call_order(number) }
}

fn to(number: u128, url: &str) -> CallOrder {
    CallOrder { callback_url: Some(url.to_owned()), ..call_order(number) }
}

async fn ids(base: &Base, order: CallOrderId) -> Vec<String> {
    let deliveries = base.store.deliveries_of(order).await.expect("read");
    deliveries.into_iter().map(|delivery| delivery.id).collect()
}

/// Ends these orders, one second after the other.
async fn end(base: &Base, orders: Vec<CallOrder>) {
    accept(&base.store, orders.clone()).await;
    let journal = start(base);
    for (secs, order) in (1..).zip(orders) {
        journal.save_order(over(order, secs));
    }
    journal.flushed().await.expect("written");
}

async fn an_end_is_enqueued_once(base: Base) {
    accept(&base.store, [call_order(1), quiet(2)]).await;
    let journal = start(&base);
    for order in [call_order(1), quiet(2), call_order(404)] {
        journal.save_order(Arc::new(CallOrder { state: OrderState::Active, ..order.clone() }));
        journal.save_attempt(Arc::new(attempt(1, 1)));
        journal.flushed().await.expect("written");
        assert_eq!(ids(&base, order.id).await, [] as [&str; 0], "it goes on");
        for _ in 0..2 {
            journal.save_order(over(order.clone(), 12));
            journal.save_attempt(Arc::new(attempt_ended(1, 1)));
            journal.flushed().await.expect("written");
        }
    }
    let id = call_order(1).id;
    let delivery = Delivery {
        id: format!("{id}-ended"),
        order: Some(id),
        body: None,
        attempt: None,
        url: "https://example.com/told".to_owned(),
        host: HOST.to_owned(),
        state: DeliveryState::Waiting,
        tries: 0,
        next_at: at(12),
        detail: None,
        created_at: at(12),
        ended_at: None,
    };
    assert_eq!(base.store.deliveries_of(id).await, Ok(vec![delivery.clone()]));
    assert_eq!(base.store.deliveries_of(quiet(2).id).await, Ok(Vec::new()));
    assert_eq!(base.store.deliveries_of(call_order(404).id).await, Ok(Vec::new()));
    // Delivered, and the end saved once more: it is not told again.
    let claimed = base.store.claim_deliveries(HOST, at(12), 9, at(60)).await.expect("claimed");
    base.store.settle_delivery(&claimed[0], &Tried::Delivered { at: at(13) }).await.expect("settled");
    journal.save_order(over(call_order(1), 99));
    journal.flushed().await.expect("written");
    assert_eq!(base.store.receivers().await, Ok(Vec::new()));
    assert_eq!(ids(&base, id).await, [delivery.id]);
}

/// While the outbox cannot be written, the end is not either: a crash between them cannot be.
async fn an_end_and_its_delivery_are_one_transaction(base: Base) {
    accept(&base.store, [call_order(1)]).await;
    base.execute("ALTER TABLE deliveries RENAME TO hidden").await;
    let journal = start(&base);
    journal.save_order(over(call_order(1), 1));
    let _ = journal.flushed().await;
    assert_eq!(base.store.call_order(call_order(1).id).await, Ok(Some(call_order(1))));
    assert!(base.store.cancel_call_order(call_order(1).id, at(2)).await.is_err());
    assert_eq!(base.store.call_order(call_order(1).id).await, Ok(Some(call_order(1))));
}

async fn whoever_ends_an_order_enqueues_it(base: Base) {
    let store = &base.store;
    let about = |number| CallOrder { subject: Some("order:A".to_owned()), ..call_order(number) };
    accept(store, [call_order(1), about(2), CallOrder { not_after: Some(at(30)), ..call_order(3) }]).await;
    store.cancel_call_order(call_order(1).id, at(20)).await.expect("cancelled");
    let times = CallTimes { not_before: at(1), next_at: at(1), first_by: None, not_after: Some(at(40)) };
    store.edit_call_order(call_order(3).id, times).await.expect("edited");
    assert_eq!(ids(&base, call_order(3).id).await, [] as [&str; 0], "edited is not ended");
    accept(store, [about(4)]).await;
    assert_eq!(store.expire_due(at(41), 9).await.map(|expired| expired.len()), Ok(1));
    for number in 1..=3 {
        let id = call_order(number).id;
        assert_eq!(ids(&base, id).await, [format!("{id}-ended")], "{number}");
    }
    // Each of them has woken the outbox; nothing else has.
    let woken = async || tokio::time::timeout(Duration::from_millis(20), store.outbox()).await.is_ok();
    assert!(woken().await);
    assert!(!woken().await);
    start(&base).save_order(over(about(4), 50));
    assert!(tokio::time::timeout(Duration::from_secs(15), store.outbox()).await.is_ok());
}

async fn attempts_are_enqueued_when_wanted(mut base: Base) {
    accept(&base.store, [call_order(1), quiet(2)]).await;
    base.store = base.store.telling_attempts(true);
    let journal = start(&base);
    for order in [1, 2] {
        journal.save_attempt(Arc::new(attempt(order, 1)));
        journal.flushed().await.expect("written");
        journal.save_attempt(Arc::new(attempt_ended(order, 1)));
        journal.save_attempt(Arc::new(attempt_ended(order, 2)));
        journal.save_order(over(call_order(order), 13));
        journal.flushed().await.expect("written");
    }
    let id = call_order(1).id;
    let told = base.store.deliveries_of(id).await.expect("read");
    let told: Vec<_> = told.into_iter().map(|d| (d.id, d.attempt.map(|a| a.number))).collect();
    let wanted =
        [(format!("{id}-a1"), Some(1)), (format!("{id}-a2"), Some(2)), (format!("{id}-ended"), None)];
    assert_eq!(told, wanted);
    assert_eq!(ids(&base, quiet(2).id).await, [] as [&str; 0]);
}

async fn receivers_take_turns(base: Base) {
    let urls = ["https://b.example/x?y=//z/", "http://a.example:8080/", "https://b.example/other"];
    end(&base, (1..).zip(urls).map(|(number, url)| to(number, url)).collect()).await;
    let store = &base.store;
    let receiver = |host: &str, secs| Receiver { host: host.to_owned(), next_at: at(secs) };
    assert_eq!(store.receivers().await, Ok(vec![receiver("a.example:8080", 2), receiver("b.example", 1)]));
    let due = async |host, now, limit| {
        let claimed = store.claim_deliveries(host, at(now), limit, at(1_000)).await.expect("claimed");
        claimed.into_iter().map(|delivery| delivery.order.expect("an order").0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(due("b.example", 0, 9).await, [] as [u128; 0], "not yet");
    assert_eq!(due("b.example", 9, 1).await, [1], "the longest due first");
    assert_eq!(due("b.example", 9, 9).await, [3]);
    assert_eq!(
        store.receivers().await,
        Ok(vec![receiver("a.example:8080", 2), receiver("b.example", 1_000)])
    );
}

async fn a_try_is_one_daemons_alone(base: Base) {
    end(&base, (1..=60).map(call_order).collect()).await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = base.store.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                for _ in 0..20 {
                    mine.extend(store.claim_deliveries(HOST, at(60), 3, at(90)).await.expect("claimed"));
                }
                mine
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.expect("no panic"));
    }
    assert!(all.iter().all(|delivery| delivery.tries == 1));
    let each: HashSet<_> = all.iter().map(|delivery| &delivery.id).collect();
    assert_eq!((all.len(), each.len()), (60, 60));
    // Whoever had them died: another gets them, later.
    assert_eq!(base.store.claim_deliveries(HOST, at(89), 9, at(99)).await, Ok(Vec::new()));
    let again = base.store.claim_deliveries(HOST, at(90), 99, at(99)).await.expect("claimed");
    assert_eq!((again.len(), again[0].tries), (60, 2));
}

async fn what_came_of_a_try(base: Base) {
    end(&base, vec![call_order(1)]).await;
    let store = &base.store;
    let stored = async || store.deliveries_of(call_order(1).id).await.expect("read").remove(0);
    let claim = async |now, again| {
        store.claim_deliveries(HOST, at(now), 9, at(again)).await.expect("claimed").remove(0)
    };
    let first = claim(1, 20).await;
    let why = "the answer was 500".to_owned();
    store.settle_delivery(&first, &Tried::Again { at: at(9), why: why.clone() }).await.expect("settled");
    let now = stored().await;
    assert_eq!(
        (now.state, now.tries, now.next_at, now.detail),
        (DeliveryState::Waiting, 1, at(9), Some(why))
    );
    // One who was thought dead speaks up while another try is made: what failed does not count ..
    let second = claim(9, 30).await;
    let late = Tried::GivenUp { at: at(10), why: "late".to_owned() };
    store.settle_delivery(&first, &late).await.expect("settled");
    assert_eq!(stored().await, Delivery { tries: 2, ..second.clone() });
    // .. and what succeeded does, for good.
    store.settle_delivery(&first, &Tried::Delivered { at: at(11) }).await.expect("settled");
    store.settle_delivery(&second, &late).await.expect("settled");
    let now = stored().await;
    assert_eq!((now.state, now.detail, now.ended_at), (DeliveryState::Delivered, None, Some(at(11))));
    assert_eq!(store.receivers().await, Ok(Vec::new()));
}
