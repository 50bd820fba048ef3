//! The ledger through the journal: on disk before it is dialled, in order, and what ended never comes back.

use std::sync::Arc;

use stasisd::{
    config::StorageConfig,
    model::{CallOrder, CallState, OrderEnd, OrderState, Reach},
    storage::{Journal, Store},
};
use tokio_util::sync::CancellationToken;

use crate::{
    base::{Base, accept, at, attempt, attempt_ended, call, call_order, ended, live, on_both},
    support::wait::eventually,
};

on_both!(
    attempts_share_a_commit,
    one_transaction_for_all_three,
    what_became_of_an_order,
    an_ended_order_never_comes_back,
    a_refused_attempt_is_told,
    kept_while_the_database_is_held,
);

fn start(base: &Base) -> Journal {
    Journal::start(base.store.clone(), &base.config, CancellationToken::new()).0
}

fn active(number: u128, attempts: u32) -> CallOrder {
    CallOrder { state: OrderState::Active, attempts, ..call_order(number) }
}

fn done(number: u128) -> CallOrder {
    CallOrder {
        state: OrderState::Ended,
        attempts: 1,
        reach: Some(Reach::Heard),
        end: Some(OrderEnd::Done),
        detail: Some("heard to the end".to_owned()),
        ended_at: Some(at(12)),
        ..call_order(number)
    }
}

async fn attempts_share_a_commit(base: Base) {
    accept(&base.store, (0..200).map(call_order)).await;
    let journal = start(&base);
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let (journal, store) = (journal.clone(), base.store.clone());
            tokio::spawn(async move {
                journal.commit_attempt(Arc::new(attempt(number, 1))).await.expect("written");
                store.attempt(attempt(number, 1).id).await
            })
        })
        .collect();
    for (number, task) in (0..).zip(tasks) {
        assert_eq!(task.await.expect("no panic"), Ok(Some(attempt(number, 1))));
    }
    assert_eq!(base.store.open_attempts().await.map(|open| open.len()), Ok(200));
}

/// Rounds of the same rows: whoever reads sees all three of a round, or none.
async fn one_transaction_for_all_three(base: Base) {
    accept(&base.store, [call_order(1)]).await;
    let journal = start(&base);
    for round in 1..=50 {
        journal.save_order(Arc::new(active(1, round)));
        journal.save_attempt(Arc::new(attempt(1, round)));
        journal.save(live(1, round));
        journal.flushed().await.expect("written");
        let order = base.store.call_order(call_order(1).id).await.expect("read").expect("there");
        let attempts = base.store.attempts_of(order.id).await.expect("read").len();
        let visit = base.store.call(call(1, 1).id).await.expect("read").expect("there").position.visit;
        assert_eq!((order.attempts, attempts, visit), (round, round as usize, round));
    }
    journal.save_attempt(Arc::new(attempt_ended(1, 50)));
    journal.save_attempt(Arc::new(attempt(1, 50)));
    journal.save(ended(1, 51));
    journal.save_order(Arc::new(done(1)));
    journal.flushed().await.expect("written");
    assert_eq!(base.store.attempt(attempt(1, 50).id).await, Ok(Some(attempt_ended(1, 50))));
    assert_eq!(base.store.call_order(done(1).id).await, Ok(Some(done(1))));
    assert_eq!(base.store.call(call(1, 1).id).await.map(|c| c.map(|c| c.state)), Ok(Some(CallState::Ended)));
}

async fn what_became_of_an_order(base: Base) {
    let (store, journal) = (&base.store, start(&base));
    accept(store, [CallOrder { idempotency_key: Some("k".to_owned()), ..call_order(1) }]).await;
    let claimed = store.claim_due("carrier", call_order(1).lane, at(1), 1, "us").await.expect("claimed");
    // Nobody answered: it waits for its second attempt. What was ordered is not the journal's to change.
    let waits = CallOrder {
        state: OrderState::Waiting,
        attempts: 1,
        next_at: at(600),
        reach: Some(Reach::NoAnswer),
        ..claimed[0].clone()
    };
    journal.save_order(Arc::new(CallOrder { flow: "another".to_owned(), ..waits.clone() }));
    // One that was never accepted is not made.
    journal.save_order(Arc::new(active(2, 1)));
    journal.flushed().await.expect("written");
    assert_eq!(store.call_order(waits.id).await, Ok(Some(waits.clone())));
    assert_eq!(store.call_order(call_order(2).id).await, Ok(None));
    assert_eq!(store.active_orders().await, Ok(Vec::new()));
    let again = store.claim_due("carrier", waits.lane, at(600), 9, "us").await;
    assert_eq!(again, Ok(vec![CallOrder { state: OrderState::Active, ..waits }]));
}

async fn an_ended_order_never_comes_back(base: Base) {
    let (store, journal) = (&base.store, start(&base));
    accept(store, (1..=3).map(call_order)).await;
    journal.save_order(Arc::new(done(1)));
    journal.flushed().await.expect("written");
    let cancelled = store.cancel_call_order(call_order(2).id, at(3)).await.expect("asked").expect("there");
    for late in
        [active(1, 9), call_order(1), active(2, 9), CallOrder { detail: None, ..done(2) }, active(3, 1)]
    {
        journal.save_order(Arc::new(late));
        journal.flushed().await.expect("written");
    }
    assert_eq!(store.call_order(call_order(1).id).await, Ok(Some(done(1))));
    assert_eq!(store.call_order(call_order(2).id).await, Ok(Some(cancelled)));
    assert_eq!(store.active_orders().await, Ok(vec![active(3, 1)]));
}

/// An attempt of an order that is not there: it must not be dialled, and harms no other.
async fn a_refused_attempt_is_told(base: Base) {
    let journal = start(&base);
    accept(&base.store, [call_order(1)]).await;
    let (bad, good) = tokio::join!(
        journal.commit_attempt(Arc::new(attempt(404, 1))),
        journal.commit_attempt(Arc::new(attempt(1, 1))),
    );
    assert!(!bad.expect_err("refused").is_temporary());
    assert_eq!(good, Ok(()));
    assert!(journal.is_healthy());
    assert_eq!(base.store.open_attempts().await, Ok(vec![(attempt(1, 1), call_order(1))]));
}

async fn kept_while_the_database_is_held(base: Base) {
    accept(&base.store, [call_order(1)]).await;
    let config = StorageConfig { statement_timeout_ms: 200, ..base.config.clone() };
    let store = Store::open(&config).await.expect("opens");
    let (journal, _writer) = Journal::start(store, &config, CancellationToken::new());
    let other = base.hold().await;
    let error = journal.commit_attempt(Arc::new(attempt(1, 1))).await.expect_err("held: not to be dialled");
    assert!(error.is_temporary(), "{error}");
    journal.save_attempt(Arc::new(attempt_ended(1, 1)));
    journal.save_order(Arc::new(done(1)));
    drop(other);
    let _ = eventually(async || journal.flushed().await, Result::is_ok).await;
    assert_eq!(base.store.attempts_of(call_order(1).id).await, Ok(vec![attempt_ended(1, 1)]));
    assert_eq!(base.store.call_order(call_order(1).id).await, Ok(Some(done(1))));
}
