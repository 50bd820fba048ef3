//! Which live calls a query means. Pure: the store does the same for the past ones.

use std::cmp::Reverse;

use crate::{
    model::{CallId, CallRecord, CallState},
    storage::CallQuery,
};

/// The calls that fit, newest first, as the store would list them.
pub(super) fn select(mut calls: Vec<CallRecord>, query: &CallQuery) -> Vec<CallRecord> {
    calls.retain(|call| fits(call, query));
    calls.sort_by_key(|call| Reverse((call.started_at, call.id)));
    calls
}

/// A call that the store thinks is up, as it is now.
pub(super) fn freshest(call: CallRecord, live: impl Fn(CallId) -> Option<CallRecord>) -> CallRecord {
    if call.state == CallState::Live { live(call.id).unwrap_or(call) } else { call }
}

fn fits(call: &CallRecord, query: &CallQuery) -> bool {
    let same = |wanted: &Option<String>, have: Option<&str>| wanted.is_none() || wanted.as_deref() == have;
    query.state.is_none_or(|s| s == call.state)
        && same(&query.caller, call.caller.as_deref())
        && same(&query.called, call.called.as_deref())
        && same(&query.flow, Some(&call.position.flow))
        && (query.disposition.is_none() || query.disposition == call.disposition)
        && query.started_from.is_none_or(|from| call.started_at >= from)
        && query.started_to.is_none_or(|to| call.started_at < to)
}
