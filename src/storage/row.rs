//! A row that is written over and over until it has ended: a call, an attempt, a call order.

use std::sync::Arc;

use indexmap::{IndexMap, map::Entry};

use super::{
    StorageError, calls, ledger,
    pool::{Pool, Statement},
};
use crate::model::{
    Attempt, AttemptId, AttemptState, CallId, CallOrder, CallOrderId, CallRecord, CallState, OrderState,
};

/// One row as it is now; the latest of each [`Key`] counts.
#[derive(Clone, Debug)]
pub(super) enum Row {
    Order(Arc<CallOrder>),
    Attempt(Arc<Attempt>),
    Call(Arc<CallRecord>),
}

/// Which row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Order(CallOrderId),
    Attempt(AttemptId),
    Call(CallId),
}

impl Row {
    pub(super) fn key(&self) -> Key {
        match self {
            Self::Order(order) => Key::Order(order.id),
            Self::Attempt(attempt) => Key::Attempt(attempt.id),
            Self::Call(record) => Key::Call(record.id),
        }
    }

    /// Whether a later one changes nothing any more.
    pub(super) fn is_final(&self) -> bool {
        match self {
            Self::Order(order) => order.state == OrderState::Ended,
            Self::Attempt(attempt) => attempt.state == AttemptState::Ended,
            Self::Call(record) => record.state == CallState::Ended,
        }
    }
}

/// The rows to write for these: each once, for PostgreSQL refuses to touch a row twice in one statement.
pub(super) fn latest(rows: impl IntoIterator<Item = Row>) -> Vec<Row> {
    let mut latest: IndexMap<Key, Row> = IndexMap::new();
    for row in rows {
        match latest.entry(row.key()) {
            Entry::Occupied(mut known) if !known.get().is_final() => _ = known.insert(row),
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => _ = place.insert(row),
        }
    }
    latest.into_values().collect()
}

/// The statements that write these rows, each key once.
pub(super) fn statements(pool: &Pool, rows: &[Row], into: &mut Vec<Statement>) -> Result<(), StorageError> {
    let (mut orders, mut attempts, mut calls) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows {
        match row {
            Row::Order(order) => orders.push(&**order),
            Row::Attempt(attempt) => attempts.push(&**attempt),
            Row::Call(record) => calls.push(&**record),
        }
    }
    ledger::order_statements(pool, &orders, into)?;
    ledger::attempt_statements(pool, &attempts, into)?;
    calls::statements(pool, &calls, into)
}
