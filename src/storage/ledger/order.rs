//! A call order as a row, and the statement that writes what became of it.

use crate::{
    model::{CallOrder, CallOrderId, PhoneNumber},
    storage::{
        StorageError,
        batch::ManyRows,
        codec,
        pool::{Arg, Pool, Statement, args, rows},
    },
};

rows! {
    /// A row of `call_orders`.
    pub(super) struct OrderRow {
        id: String,
        number: String,
        gateway: String,
        caller_id: Option<String>,
        flow: String,
        facts: String,
        language: String,
        lane: String,
        not_before: i64,
        first_by: Option<i64>,
        not_after: Option<i64>,
        time_zone: Option<String>,
        ring_timeout_secs: i64,
        retry: String,
        amd: String,
        subject: Option<String>,
        idempotency_key: Option<String>,
        fingerprint: String,
        callback_url: Option<String>,
        state: String,
        attempts: i64,
        next_at: i64,
        reach: Option<String>,
        ended_as: Option<String>,
        detail: Option<String>,
        created_at: i64,
        ended_at: Option<i64>,
    }
}

/// A new order; whoever has the same id or idempotency key is left as it is, and not given back.
pub(super) static INSERT: ManyRows = ManyRows::new(
    "INSERT INTO call_orders (id, number, gateway, caller_id, flow, facts, language, lane, not_before,
     first_by, not_after, time_zone, ring_timeout_secs, retry, amd, subject, idempotency_key, fingerprint, callback_url,
     state, attempts, next_at, reach, ended_as, detail, created_at, ended_at)",
    27,
    "ON CONFLICT DO NOTHING RETURNING *",
);

/// What changes while an order is worked on. What was ordered, and until when, is not the engine's to change.
pub(super) static SAVE: ManyRows = ManyRows::new(
    "WITH saved (id, state, attempts, next_at, reach, ended_as, detail, ended_at) AS (",
    8,
    ") UPDATE call_orders SET state = saved.state, attempts = saved.attempts, next_at = saved.next_at,
     reach = saved.reach, ended_as = saved.ended_as, detail = saved.detail, ended_at = saved.ended_at,
     claimed_by = CASE WHEN saved.state = 'active' THEN call_orders.claimed_by END
     FROM saved WHERE call_orders.id = saved.id AND call_orders.state <> 'ended'",
);

impl OrderRow {
    pub(super) fn order(&self) -> Result<CallOrder, StorageError> {
        let id = CallOrderId::parse(&self.id);
        Ok(CallOrder {
            id: id.ok_or_else(|| StorageError::Corrupt(format!("the call order id {:?}", self.id)))?,
            number: codec::from_word(&self.number)?,
            gateway: self.gateway.clone(),
            caller_id: codec::from_word_or_none(self.caller_id.as_deref())?,
            flow: self.flow.clone(),
            facts: codec::from_json(&self.facts)?,
            language: self.language.clone(),
            lane: codec::from_word(&self.lane)?,
            not_before: codec::time(self.not_before)?,
            first_by: codec::time_or_none(self.first_by)?,
            not_after: codec::time_or_none(self.not_after)?,
            time_zone: self.time_zone.clone(),
            ring_timeout_secs: codec::number(self.ring_timeout_secs)?,
            retry: codec::from_json(&self.retry)?,
            amd: codec::from_word(&self.amd)?,
            subject: self.subject.clone(),
            idempotency_key: self.idempotency_key.clone(),
            callback_url: self.callback_url.clone(),
            state: codec::from_word(&self.state)?,
            attempts: codec::number(self.attempts)?,
            next_at: codec::time(self.next_at)?,
            reach: codec::from_word_or_none(self.reach.as_deref())?,
            end: codec::from_word_or_none(self.ended_as.as_deref())?,
            detail: self.detail.clone(),
            created_at: codec::time(self.created_at)?,
            ended_at: codec::time_or_none(self.ended_at)?,
        })
    }

    pub(super) fn has_fingerprint(&self, fingerprint: &str) -> bool {
        self.fingerprint == fingerprint
    }
}

/// All rows as orders.
pub(super) fn orders(rows: &[OrderRow]) -> Result<Vec<CallOrder>, StorageError> {
    rows.iter().map(OrderRow::order).collect()
}

/// The columns of [`INSERT`].
pub(super) fn columns(order: &CallOrder, fingerprint: &str, args: &mut Vec<Arg>) -> Result<(), StorageError> {
    args.extend(args![
        order.id.to_string(),
        order.number.as_str(),
        order.gateway.as_str(),
        order.caller_id.as_ref().map(PhoneNumber::as_str),
        order.flow.as_str(),
        codec::json(&order.facts)?,
        order.language.as_str(),
        codec::word(order.lane)?,
        order.not_before,
        order.first_by,
        order.not_after,
        order.time_zone.as_deref(),
        i64::from(order.ring_timeout_secs),
        codec::json(&order.retry)?,
        codec::word(order.amd)?,
        order.subject.as_deref(),
        order.idempotency_key.as_deref(),
        fingerprint,
        order.callback_url.as_deref(),
        codec::word(order.state)?,
        i64::from(order.attempts),
        order.next_at,
        codec::word_or_none(order.reach)?,
        codec::word_or_none(order.end)?,
        order.detail.as_deref(),
        order.created_at,
        order.ended_at,
    ]);
    Ok(())
}

/// The statements that write what became of orders, each once. An order that ended stays as it ended; one
/// that was never accepted is not made.
pub(in crate::storage) fn statements(
    pool: &Pool,
    orders: &[&CallOrder],
    into: &mut Vec<Statement>,
) -> Result<(), StorageError> {
    let columns = |order: &&CallOrder, args: &mut Vec<Arg>| {
        args.extend(args![
            order.id.to_string(),
            codec::word(order.state)?,
            i64::from(order.attempts),
            order.next_at,
            codec::word_or_none(order.reach)?,
            codec::word_or_none(order.end)?,
            order.detail.as_deref(),
            order.ended_at,
        ]);
        Ok(())
    };
    SAVE.statements(pool, orders, columns, into)
}
