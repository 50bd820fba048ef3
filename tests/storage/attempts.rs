//! Attempts: the rows of the ledger, what is open after a crash, and how many were dialled.

use std::sync::Arc;

use stasisd::{
    model::{Attempt, AttemptState},
    storage::Journal,
};
use tokio_util::sync::CancellationToken;

use crate::base::{Base, accept, at, attempt, attempt_ended, call_order, on_both, phone};

on_both!(read_as_written, the_end_is_final, open_ones_with_their_orders, counted_for_limits);

async fn save(base: &Base, attempts: impl IntoIterator<Item = Attempt>) {
    let (journal, _writer) = Journal::start(base.store.clone(), &base.config, CancellationToken::new());
    attempts.into_iter().for_each(|attempt| journal.save_attempt(Arc::new(attempt)));
    journal.flushed().await.expect("written");
}

async fn read_as_written(base: Base) {
    let store = &base.store;
    accept(store, [call_order(1)]).await;
    save(&base, [attempt(1, 2), attempt_ended(1, 1)]).await;
    assert_eq!(store.attempt(attempt(1, 1).id).await, Ok(Some(attempt_ended(1, 1))));
    assert_eq!(store.attempts_of(call_order(1).id).await, Ok(vec![attempt_ended(1, 1), attempt(1, 2)]));
    assert_eq!(store.attempt(attempt(1, 3).id).await, Ok(None));
    assert_eq!(store.attempts_of(call_order(2).id).await, Ok(Vec::new()));
}

async fn the_end_is_final(base: Base) {
    accept(&base.store, [call_order(1)]).await;
    save(&base, [attempt(1, 1)]).await;
    let ringing = Attempt { state: AttemptState::Ringing, ringing_at: Some(at(3)), ..attempt(1, 1) };
    save(&base, [ringing.clone()]).await;
    assert_eq!(base.store.attempt(ringing.id).await, Ok(Some(ringing.clone())));
    save(&base, [attempt_ended(1, 1)]).await;
    save(&base, [ringing]).await;
    save(&base, [Attempt { detail: Some("otherwise".to_owned()), ..attempt_ended(1, 1) }]).await;
    assert_eq!(base.store.attempt(attempt(1, 1).id).await, Ok(Some(attempt_ended(1, 1))));
}

async fn open_ones_with_their_orders(base: Base) {
    accept(&base.store, (1..=3).map(call_order)).await;
    let answered = Attempt { state: AttemptState::Answered, ..attempt(3, 2) };
    save(&base, [answered.clone(), attempt(1, 1), attempt_ended(2, 1), attempt_ended(3, 1)]).await;
    let open = base.store.open_attempts().await;
    assert_eq!(open, Ok(vec![(attempt(1, 1), call_order(1)), (answered, call_order(3))]));
}

async fn counted_for_limits(base: Base) {
    let store = &base.store;
    accept(store, (1..=3).map(call_order)).await;
    let refused = Attempt { sent: Some(false), ..attempt_ended(1, 4) };
    let other = Attempt { number: phone("101"), gateway: "other".to_owned(), ..attempt(2, 9) };
    save(&base, [attempt_ended(1, 1), attempt(1, 2), attempt(1, 3), refused, other]).await;
    let since = |gateway, second| store.dialled_since(gateway, at(second));
    let number = call_order(1).number;
    assert_eq!(since("carrier", 0).await, Ok(vec![(number.clone(), 3)]));
    assert_eq!(since("carrier", 2).await, Ok(vec![(number, 2)]));
    assert_eq!(since("other", 0).await, Ok(vec![(phone("101"), 1)]));
    assert_eq!(since("none", 0).await, Ok(vec![]));
}
