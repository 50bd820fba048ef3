//! Calls: saved over and over, ended once, listed in pages that do not move.

use std::sync::Arc;

use stasisd::{
    model::{CallId, CallRecord, CallState, Disposition},
    storage::CallQuery,
};
use uuid::Uuid;

use crate::base::{Base, at, call, ended, first, live, on_both};

on_both!(
    read_as_written,
    the_end_is_final,
    one_batch_may_name_a_call_twice,
    large_batches,
    bad_text_stops_nothing,
    filtered,
    pages_stay_while_calls_come_in,
);

fn ids(calls: &[CallRecord]) -> Vec<u128> {
    calls.iter().map(|c| c.id.0.as_u128()).collect()
}

async fn read_as_written(base: Base) {
    let store = &base.store;
    store.save_calls(&[live(1, 1), ended(2, 5)]).await.expect("saved");
    assert_eq!(store.call(live(1, 1).id).await, Ok(Some(call(1, 1))));
    assert_eq!(store.call(ended(2, 5).id).await, Ok(Some(Arc::unwrap_or_clone(ended(2, 5)))));
    assert_eq!(store.call(CallId(Uuid::nil())).await, Ok(None));
    store.save_calls(&[live(1, 2)]).await.expect("saved");
    assert_eq!(store.live_calls().await, Ok(vec![call(1, 2)]));
    store.save_calls(&[]).await.expect("nothing to save");
}

async fn the_end_is_final(base: Base) {
    let store = &base.store;
    store.save_calls(&[live(1, 1)]).await.expect("saved");
    store.save_calls(&[ended(1, 2)]).await.expect("saved");
    store.save_calls(&[live(1, 3)]).await.expect("ignored");
    let other = CallRecord { disposition: Some(Disposition::EndedUnseen), ..(*ended(1, 4)).clone() };
    store.save_calls(&[Arc::new(other)]).await.expect("ignored");
    assert_eq!(store.call(live(1, 1).id).await, Ok(Some(Arc::unwrap_or_clone(ended(1, 2)))));
    assert_eq!(store.live_calls().await, Ok(Vec::new()));
}

async fn one_batch_may_name_a_call_twice(base: Base) {
    let store = &base.store;
    let batch = [live(1, 1), live(2, 1), live(1, 2), ended(2, 2), live(2, 3)];
    store.save_calls(&batch).await.expect("saved");
    assert_eq!(store.call(live(1, 1).id).await, Ok(Some(call(1, 2))));
    assert_eq!(store.call(live(2, 1).id).await.expect("read").map(|c| c.state), Some(CallState::Ended));
}

/// More than one statement of each size.
async fn large_batches(base: Base) {
    let batch: Vec<_> = (0..64 + 64 + 8 + 3).map(|n| live(n, 1)).collect();
    base.store.save_calls(&batch).await.expect("saved");
    let batch: Vec<_> = (0..64 + 64 + 8 + 3).map(|n| live(n, 2)).collect();
    base.store.save_calls(&batch).await.expect("saved");
    let calls = base.store.live_calls().await.expect("read");
    assert_eq!(calls.len(), batch.len());
    assert!(calls.iter().all(|c| c.position.visit == 2));
}

async fn bad_text_stops_nothing(base: Base) {
    let bad = CallRecord {
        caller: Some("'; --\0\u{202e}".to_owned()),
        position: stasisd::model::Position {
            vars: crate::base::facts(serde_json::json!({"x": "\0 \u{1F69A} \\u0000"})),
            ..call(1, 1).position
        },
        ..call(1, 1)
    };
    base.store.save_calls(&[Arc::new(bad.clone())]).await.expect("saved");
    let stored = base.store.call(bad.id).await.expect("read").expect("there");
    assert_eq!(stored.caller.as_deref(), Some("'; --\u{202e}"));
    assert_eq!(stored.position, bad.position);
}

async fn filtered(base: Base) {
    let store = &base.store;
    let other = |number, change: fn(&mut CallRecord)| {
        let mut record = call(number, 1);
        change(&mut record);
        Arc::new(record)
    };
    let batch = [
        live(1, 1),
        ended(2, 1),
        other(3, |c| c.caller = None),
        other(4, |c| c.called = Some("101".to_owned())),
        other(5, |c| "survey".clone_into(&mut c.position.flow)),
    ];
    store.save_calls(&batch).await.expect("saved");
    let list = async |query: CallQuery| ids(&store.calls(&query, &first(10)).await.expect("listed").items);
    let all = CallQuery::default;
    assert_eq!(list(all()).await, [5, 4, 3, 2, 1]);
    assert_eq!(list(CallQuery { state: Some(CallState::Live), ..all() }).await, [5, 4, 3, 1]);
    assert_eq!(list(CallQuery { state: Some(CallState::Ended), ..all() }).await, [2]);
    assert_eq!(list(CallQuery { caller: Some("+34600000001".to_owned()), ..all() }).await, [5, 4, 2, 1]);
    assert_eq!(list(CallQuery { called: Some("101".to_owned()), ..all() }).await, [4]);
    assert_eq!(list(CallQuery { flow: Some("survey".to_owned()), ..all() }).await, [5]);
    assert_eq!(list(CallQuery { disposition: Some(Disposition::Transferred), ..all() }).await, [2]);
    let (from, to) = (Some(at(2)), Some(at(4)));
    assert_eq!(list(CallQuery { started_from: from, started_to: to, ..all() }).await, [3, 2]);
    let nobody = CallQuery { caller: Some("' OR '1'='1".to_owned()), ..all() };
    assert!(list(nobody).await.is_empty());
}

async fn pages_stay_while_calls_come_in(base: Base) {
    let store = &base.store;
    // Pairs that started in the same microsecond: the id tells them apart.
    let same = |number: u128| {
        Arc::new(CallRecord { started_at: at(i64::try_from(number / 2).expect("small")), ..call(number, 1) })
    };
    let batch: Vec<_> = (0..11).map(same).collect();
    store.save_calls(&batch).await.expect("saved");
    let (mut request, mut seen, mut newer) = (first(2), Vec::new(), 100);
    loop {
        let page = store.calls(&CallQuery::default(), &request).await.expect("a page");
        seen.extend(ids(&page.items));
        store.save_calls(&[live(newer, 1)]).await.expect("saved");
        newer += 1;
        request.cursor = page.next;
        if request.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..11).rev().collect::<Vec<u128>>());
}
