//! Attempts: one row for each dialling, on disk before Asterisk is told, and never changed once it is over.

use std::collections::HashMap;

use jiff::Timestamp;

use super::order::{self, OrderRow};
use crate::{
    model::{Attempt, AttemptId, CallId, CallOrder, CallOrderId, PhoneNumber},
    storage::{
        StorageError, Store,
        batch::ManyRows,
        codec,
        pool::{Arg, Pool, Statement, args, rows},
    },
};

rows! {
    /// A row of `attempts`.
    struct AttemptRow {
        order_id: String,
        number: i64,
        phone: String,
        gateway: String,
        endpoint: String,
        caller_id: Option<String>,
        state: String,
        sent: Option<i64>,
        dialled_at: i64,
        ringing_at: Option<i64>,
        answered_at: Option<i64>,
        ended_at: Option<i64>,
        reach: Option<String>,
        dial_status: Option<String>,
        cause: Option<i64>,
        tech_cause: Option<i64>,
        amd: Option<String>,
        call_id: Option<String>,
        heard: i64,
        pressed: Option<String>,
        detail: Option<String>,
    }
}

/// Whom it dialled, and how and when, is written once.
static SAVE: ManyRows = ManyRows::new(
    "INSERT INTO attempts (order_id, number, phone, gateway, endpoint, caller_id, state, sent, dialled_at,
     ringing_at, answered_at, ended_at, reach, dial_status, cause, tech_cause, amd, call_id, heard, pressed,
     detail)",
    21,
    "ON CONFLICT (order_id, number) DO UPDATE SET state = excluded.state, sent = excluded.sent,
     ringing_at = excluded.ringing_at, answered_at = excluded.answered_at, ended_at = excluded.ended_at,
     reach = excluded.reach, dial_status = excluded.dial_status, cause = excluded.cause,
     tech_cause = excluded.tech_cause, amd = excluded.amd, call_id = excluded.call_id, heard = excluded.heard,
     pressed = excluded.pressed, detail = excluded.detail WHERE attempts.state <> 'ended'",
);

const OPEN: &str = "SELECT * FROM attempts WHERE state <> 'ended' ORDER BY dialled_at, order_id, number";
const THEIR_ORDERS: &str =
    "SELECT * FROM call_orders WHERE id IN (SELECT order_id FROM attempts WHERE state <> 'ended')";
/// One that Asterisk refused to dial reached nobody.
const DIALLED: &str = "SELECT phone, COUNT(*) FROM attempts
    WHERE gateway = $1 AND dialled_at >= $2 AND COALESCE(sent, 1) <> 0 GROUP BY phone";

impl AttemptRow {
    fn attempt(self) -> Result<Attempt, StorageError> {
        let id = CallOrderId::parse(&self.order_id);
        let order = id.ok_or_else(|| StorageError::Corrupt(format!("the order id {:?}", self.order_id)))?;
        Ok(Attempt {
            id: order.attempt(codec::number(self.number)?),
            number: codec::from_word(&self.phone)?,
            gateway: self.gateway,
            endpoint: self.endpoint,
            caller_id: codec::from_word_or_none(self.caller_id.as_deref())?,
            state: codec::from_word(&self.state)?,
            sent: self.sent.map(|sent| sent != 0),
            dialled_at: codec::time(self.dialled_at)?,
            ringing_at: codec::time_or_none(self.ringing_at)?,
            answered_at: codec::time_or_none(self.answered_at)?,
            ended_at: codec::time_or_none(self.ended_at)?,
            reach: codec::from_word_or_none(self.reach.as_deref())?,
            dial_status: self.dial_status,
            cause: self.cause.map(codec::number).transpose()?,
            tech_cause: self.tech_cause.map(codec::number).transpose()?,
            amd: self.amd,
            call: self.call_id.as_deref().and_then(CallId::parse),
            heard: self.heard != 0,
            key: self.pressed.as_deref().and_then(|text| text.chars().next()),
            detail: self.detail,
        })
    }
}

impl Store {
    /// One attempt.
    pub async fn attempt(&self, id: AttemptId) -> Result<Option<Attempt>, StorageError> {
        let sql = "SELECT * FROM attempts WHERE order_id = $1 AND number = $2";
        let found = self.attempts(sql, args![id.order.to_string(), i64::from(id.number)]).await?;
        Ok(found.into_iter().next())
    }

    /// An order's attempts, the first one first.
    pub async fn attempts_of(&self, order: CallOrderId) -> Result<Vec<Attempt>, StorageError> {
        let sql = "SELECT * FROM attempts WHERE order_id = $1 ORDER BY number";
        self.attempts(sql, args![order.to_string()]).await
    }

    /// All attempts that are not known to be over, with their orders, oldest first: what a snapshot of the
    /// channels has to settle after a crash.
    pub async fn open_attempts(&self) -> Result<Vec<(Attempt, CallOrder)>, StorageError> {
        let attempts = self.attempts(OPEN, args![]).await?;
        let orders = self
            .within(async {
                let rows: Vec<OrderRow> = self.pool.fetch(THEIR_ORDERS, args![]).await?;
                order::orders(&rows)
            })
            .await?;
        let orders: HashMap<_, _> = orders.into_iter().map(|order| (order.id, order)).collect();
        // One that ended between the two questions is open no more.
        let with_order = |attempt: Attempt| orders.get(&attempt.id.order).map(|o| (attempt, o.clone()));
        Ok(attempts.into_iter().filter_map(with_order).collect())
    }

    /// How many attempts were dialled through a gateway since a time, to each number; those that Asterisk refused
    /// are not counted.
    pub async fn dialled_since(
        &self,
        gateway: &str,
        since: Timestamp,
    ) -> Result<Vec<(PhoneNumber, u32)>, StorageError> {
        self.within(async {
            let rows: Vec<(String, i64)> = self.pool.fetch(DIALLED, args![gateway, since]).await?;
            let pair =
                |(number, count): (String, i64)| Ok((codec::from_word(&number)?, codec::number(count)?));
            rows.into_iter().map(pair).collect()
        })
        .await
    }

    async fn attempts(&self, sql: &'static str, values: Vec<Arg>) -> Result<Vec<Attempt>, StorageError> {
        self.within(async {
            let rows: Vec<AttemptRow> = self.pool.fetch(sql, values).await?;
            rows.into_iter().map(AttemptRow::attempt).collect()
        })
        .await
    }
}

/// The statements that write attempts, each once. One that ended stays as it ended.
pub(in crate::storage) fn statements(
    pool: &Pool,
    attempts: &[&Attempt],
    into: &mut Vec<Statement>,
) -> Result<(), StorageError> {
    SAVE.statements(pool, attempts, |attempt, args| columns(attempt, args), into)
}

fn columns(attempt: &Attempt, args: &mut Vec<Arg>) -> Result<(), StorageError> {
    args.extend(args![
        attempt.id.order.to_string(),
        i64::from(attempt.id.number),
        attempt.number.as_str(),
        attempt.gateway.as_str(),
        attempt.endpoint.as_str(),
        attempt.caller_id.as_ref().map(PhoneNumber::as_str),
        codec::word(attempt.state)?,
        attempt.sent.map(i64::from),
        attempt.dialled_at,
        attempt.ringing_at,
        attempt.answered_at,
        attempt.ended_at,
        codec::word_or_none(attempt.reach)?,
        attempt.dial_status.as_deref(),
        attempt.cause.map(i64::from),
        attempt.tech_cause.map(i64::from),
        attempt.amd.as_deref(),
        attempt.call.map(|call| call.to_string()),
        i64::from(attempt.heard),
        attempt.key.map(String::from),
        attempt.detail.as_deref(),
    ]);
    Ok(())
}
