//! Claims: each order once, in its order and lane, never past its time; and what expires, is cancelled or moved.

use std::{collections::BTreeSet, sync::Arc};

use stasisd::{
    model::{CallOrder, Lane, OrderEnd, OrderState},
    storage::{CallTimes, Journal, Store, Unwanted},
};
use tokio_util::sync::CancellationToken;

use crate::{
    base::{Base, accept, at, attempt, call_order, on_both},
    support::wait::eventually,
};

on_both!(
    each_order_is_claimed_once,
    by_gateway_lane_and_time,
    what_is_due_next,
    too_late_is_too_late,
    never_while_an_attempt_is_open,
    a_cancel_and_a_claim_at_once,
    cancelled_in_every_state,
    what_is_not_wanted_while_it_is_called_is_never_called_again,
    moved_while_it_waits,
    the_claim_finds_its_orders_by_the_index,
);

const LANE: Lane = Lane::Callback;

fn ids(orders: &[CallOrder]) -> Vec<u128> {
    orders.iter().map(|order| order.id.0.as_u128()).collect()
}

async fn claim(store: &Store, second: i64, limit: u32) -> Vec<u128> {
    ids(&store.claim_due("carrier", LANE, at(second), limit, "us").await.expect("claimed"))
}

async fn each_order_is_claimed_once(base: Base) {
    accept(&base.store, (0..400).map(call_order)).await;
    let other = Store::open(&base.config).await.expect("opens");
    let tasks: Vec<_> = (0..8)
        .map(|n| {
            let store = if n % 2 == 0 { base.store.clone() } else { other.clone() };
            tokio::spawn(async move {
                let mut mine = Vec::new();
                loop {
                    let some = claim(&store, 500, 7).await;
                    if some.is_empty() {
                        return mine;
                    }
                    mine.extend(some);
                }
            })
        })
        .collect();
    let (mut all, mut count) = (BTreeSet::new(), 0);
    for task in tasks {
        let mine = task.await.expect("no panic");
        count += mine.len();
        all.extend(mine);
    }
    assert_eq!((count, all.len()), (400, 400));
    let active = base.store.active_orders().await.expect("read");
    assert_eq!(ids(&active), (0..400).collect::<Vec<_>>());
    assert!(active.iter().all(|order| order.state == OrderState::Active));
}

async fn by_gateway_lane_and_time(base: Base) {
    let store = &base.store;
    let alert = CallOrder { lane: Lane::Alert, ..call_order(5) };
    let elsewhere = CallOrder { gateway: "other".to_owned(), ..call_order(1) };
    accept(store, [call_order(30), call_order(20), call_order(10), alert, elsewhere]).await;
    assert_eq!(claim(store, 9, 10).await, []);
    assert_eq!(claim(store, 20, 1).await, [10]);
    assert_eq!(claim(store, 30, 10).await, [20, 30]);
    let alerts = store.claim_due("carrier", Lane::Alert, at(99), 10, "us").await.expect("claimed");
    assert_eq!(alerts, [CallOrder { lane: Lane::Alert, state: OrderState::Active, ..call_order(5) }]);
    assert_eq!(store.claim_due("carrier", Lane::Campaign, at(99), 10, "us").await, Ok(Vec::new()));
    assert_eq!(ids(&store.claim_due("other", LANE, at(99), 10, "us").await.expect("claimed")), [1]);
}

async fn what_is_due_next(base: Base) {
    let store = &base.store;
    let due = async |lanes: &[Lane], now| store.next_due("carrier", lanes, at(now)).await.expect("read");
    assert_eq!(due(&Lane::ALL, 0).await, None);
    assert_eq!(store.next_expiry().await, Ok(None));
    let alert = CallOrder { lane: Lane::Alert, ..call_order(50) };
    let brief = CallOrder { not_after: Some(at(15)), ..call_order(10) };
    let elsewhere = CallOrder { gateway: "other".to_owned(), ..call_order(1) };
    accept(store, [call_order(20), brief, alert, elsewhere]).await;
    assert_eq!(due(&Lane::ALL, 0).await, Some(at(10)));
    assert_eq!(due(&[Lane::Alert], 0).await, Some(at(50)));
    assert_eq!(due(&Lane::ALL, 16).await, Some(at(20)), "what can only expire is not due");
    assert_eq!(due(&[Lane::Campaign], 0).await, None);
    assert_eq!(store.next_expiry().await, Ok(Some(at(15))));
}

async fn too_late_is_too_late(base: Base) {
    let store = &base.store;
    let until = |number, second| CallOrder { not_after: Some(at(second)), ..call_order(number) };
    accept(store, [until(1, 10), until(2, 20), until(3, 30), call_order(4)]).await;
    assert_eq!(claim(store, 10, 1).await, [1], "its last moment counts");
    assert_eq!(claim(store, 21, 10).await, [3, 4]);
    let expired = store.expire_due(at(40), 10).await.expect("expired");
    assert_eq!(ids(&expired), [2], "active ones are the engine's");
    assert_eq!((expired[0].end, expired[0].ended_at), (Some(OrderEnd::Expired), Some(at(40))));
    assert_eq!(store.call_order(expired[0].id).await, Ok(Some(expired[0].clone())));
    assert_eq!(store.expire_due(at(40), 10).await, Ok(Vec::new()));
}

/// Whatever made the order wait again: as long as somebody may be ringing, it is not called.
async fn never_while_an_attempt_is_open(base: Base) {
    let store = &base.store;
    accept(store, [CallOrder { not_after: Some(at(50)), ..call_order(1) }]).await;
    let (journal, _writer) = stasisd::storage::Journal::start(
        store.clone(),
        &base.config,
        tokio_util::sync::CancellationToken::new(),
    );
    journal.commit_attempt(Arc::new(attempt(1, 1))).await.expect("written");
    assert_eq!(claim(store, 40, 10).await, []);
    assert_eq!(store.next_due("carrier", &Lane::ALL, at(40)).await, Ok(None));
    assert_eq!(store.expire_due(at(60), 10).await, Ok(Vec::new()));
    assert_eq!(store.next_expiry().await, Ok(None));
    journal.commit_attempt(Arc::new(crate::base::attempt_ended(1, 1))).await.expect("written");
    assert_eq!(claim(store, 40, 10).await, [1]);
}

async fn a_cancel_and_a_claim_at_once(base: Base) {
    for number in 0..50 {
        accept(&base.store, [call_order(number)]).await;
        let (one, other) = (base.store.clone(), base.store.clone());
        let id = call_order(number).id;
        let claimed = tokio::spawn(async move { claim(&one, 99, 1).await });
        let cancelled = tokio::spawn(async move { other.cancel_call_order(id, at(100)).await });
        let claimed = claimed.await.expect("no panic");
        let cancelled = cancelled.await.expect("no panic").expect("asked").expect("there");
        match cancelled.state {
            OrderState::Active => assert_eq!(claimed, [number]),
            OrderState::Ended => assert_eq!(claimed, []),
            OrderState::Waiting => panic!("{cancelled:?}"),
        }
        assert_eq!(base.store.call_order(id).await, Ok(Some(cancelled)));
    }
}

async fn cancelled_in_every_state(base: Base) {
    let store = &base.store;
    accept(store, [call_order(1), call_order(2)]).await;
    let ended = store.cancel_call_order(call_order(2).id, at(9)).await.expect("asked").expect("there");
    assert_eq!(
        (ended.state, ended.end, ended.ended_at),
        (OrderState::Ended, Some(OrderEnd::Cancelled), Some(at(9)))
    );
    assert_eq!(store.cancel_call_order(ended.id, at(10)).await, Ok(Some(ended)), "it stays as it ended");
    assert_eq!(claim(store, 9, 10).await, [1]);
    let active = CallOrder { state: OrderState::Active, ..call_order(1) };
    assert_eq!(store.cancel_call_order(active.id, at(10)).await, Ok(Some(active)));
    assert_eq!(store.cancel_call_order(call_order(7).id, at(10)).await, Ok(None));
}

async fn what_is_not_wanted_while_it_is_called_is_never_called_again(base: Base) {
    let store = &base.store;
    accept(store, [call_order(1), call_order(2), call_order(3)]).await;
    assert_eq!(claim(store, 9, 10).await, [1, 2, 3]);
    store.cancel_call_order(call_order(1).id, at(10)).await.expect("asked");
    let wishes = async || {
        let ids = [1, 2].map(|number| call_order(number).id);
        [store.unwanted(ids[0]).await.expect("read"), store.unwanted(ids[1]).await.expect("read")]
    };
    assert_eq!(wishes().await, [Some(Unwanted::Now), None], "on disk when the cancel returns");
    // Whoever called it had not heard of that, and lets all three wait again.
    let (journal, _written) = Journal::start(store.clone(), &base.config, CancellationToken::new());
    for number in 1..=3 {
        journal.save_order(Arc::new(CallOrder { attempts: 1, ..call_order(number) }));
    }
    journal.flushed().await.expect("written");
    assert_eq!(store.next_due("carrier", &[LANE], at(9)).await, Ok(Some(call_order(2).next_at)));
    assert_eq!(claim(store, 9, 10).await, [2, 3]);
    let ended = store.end_unwanted(at(11), 10).await.expect("ended");
    assert_eq!(ids(&ended), [1]);
    assert_eq!(
        (ended[0].state, ended[0].end, ended[0].ended_at),
        (OrderState::Ended, Some(OrderEnd::Cancelled), Some(at(11)))
    );
    assert_eq!(store.end_unwanted(at(12), 10).await, Ok(Vec::new()), "once");
}

async fn moved_while_it_waits(base: Base) {
    let store = &base.store;
    accept(store, [call_order(1)]).await;
    let id = call_order(1).id;
    let to =
        CallTimes { not_before: at(30), next_at: at(40), first_by: Some(at(50)), not_after: Some(at(60)) };
    let moved = store.edit_call_order(id, to).await;
    let expected = CallOrder {
        not_before: at(30),
        next_at: at(40),
        first_by: Some(at(50)),
        not_after: Some(at(60)),
        ..call_order(1)
    };
    assert_eq!(moved, Ok(Some(expected.clone())));
    assert_eq!(claim(store, 39, 10).await, []);
    assert_eq!(claim(store, 40, 10).await, [1]);
    let active = CallOrder { state: OrderState::Active, ..expected };
    assert_eq!(store.edit_call_order(id, to).await, Ok(Some(active)), "too late to move");
    assert_eq!(store.edit_call_order(call_order(7).id, to).await, Ok(None));
}

/// 100,000 orders wait; PostgreSQL counts what its plans touch. (SQLite's plans are asked for in `src/storage`.)
async fn the_claim_finds_its_orders_by_the_index(base: Base) {
    accept(&base.store, [call_order(500_000)]).await;
    base.execute(
        "WITH RECURSIVE n (i) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
        INSERT INTO call_orders (id, number, gateway, flow, facts, language, lane, not_before,
            ring_timeout_secs, retry, amd, fingerprint, state, attempts, next_at, created_at)
        SELECT '00000000-0000-0000-0000-000000' || (100000 + i), number, gateway, flow, facts, language, lane,
            not_before, ring_timeout_secs, retry, amd, fingerprint, state, attempts,
            next_at + (i - 500000) * 1000000, created_at
        FROM n CROSS JOIN call_orders; ANALYZE",
    )
    .await;
    let by_index = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'call_orders_due'";
    let before = base.number(by_index).await;
    for round in 0..20 {
        let claimed = base.store.claim_due("carrier", LANE, at(200_000), 50, "us").await.expect("claimed");
        let times: Vec<_> = claimed.iter().map(|order| order.next_at).collect();
        assert_eq!(times, (round * 50..(round + 1) * 50).map(at).collect::<Vec<_>>());
        let due = base.store.next_due("carrier", &[LANE], at(0)).await;
        assert_eq!(due, Ok(Some(at((round + 1) * 50))));
    }
    let Some(before) = before else { return };
    eventually(async || base.number(by_index).await, |now| *now >= Some(before + 40)).await;
    let whole = "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'call_orders'";
    let read = base.number(whole).await;
    assert!(read < Some(100_000), "the table was read whole: {read:?}");
}
