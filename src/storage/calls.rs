//! Calls: one row each, written over and over while they live and never again once they ended.

use std::sync::Arc;

use jiff::Timestamp;

use super::{
    StorageError, Store,
    batch::ManyRows,
    codec,
    page::{Conditions, Page, PageRequest, Place},
    pool::{Arg, Pool, Statement, args, rows},
    row::{self, Row},
};
use crate::model::{CallId, CallRecord, CallState, ChannelId, Disposition, Position};

/// Which calls to list. All that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallQuery {
    /// Live or ended.
    pub state: Option<CallState>,
    /// The caller's number, as it is in the record.
    pub caller: Option<String>,
    /// The number that was called.
    pub called: Option<String>,
    /// The flow it is in, or was in last.
    pub flow: Option<String>,
    /// How it came out.
    pub disposition: Option<Disposition>,
    /// Started at this time or later.
    pub started_from: Option<Timestamp>,
    /// Started before this time.
    pub started_to: Option<Timestamp>,
}

rows! {
    /// A row of `calls`.
    struct CallRow {
        id: String,
        channel: String,
        direction: String,
        state: String,
        caller: Option<String>,
        caller_name: Option<String>,
        called: Option<String>,
        gateway: Option<String>,
        language: String,
        flow: String,
        step: String,
        visit: i64,
        vars: String,
        started_at: i64,
        answered_at: Option<i64>,
        ended_at: Option<i64>,
        disposition: Option<String>,
        cause: Option<i64>,
        tech_cause: Option<i64>,
        detail: Option<String>,
        taken_up: i64,
        route: Option<String>,
    }
}

/// What a call is from its start (who, to whom, when) is written once; an ended call changes no more.
static SAVE: ManyRows = ManyRows::new(
    "INSERT INTO calls (id, channel, direction, state, caller, caller_name, called, gateway, language, flow,
     step, visit, vars, started_at, answered_at, ended_at, disposition, cause, tech_cause, detail, taken_up,
     route)",
    22,
    "ON CONFLICT (id) DO UPDATE SET state = excluded.state, language = excluded.language,
     flow = excluded.flow, step = excluded.step, visit = excluded.visit, vars = excluded.vars,
     answered_at = excluded.answered_at, ended_at = excluded.ended_at, disposition = excluded.disposition,
     cause = excluded.cause, tech_cause = excluded.tech_cause, detail = excluded.detail,
     taken_up = excluded.taken_up WHERE calls.state = 'live'",
);

impl CallRow {
    fn record(self) -> Result<CallRecord, StorageError> {
        let id = CallId::parse(&self.id);
        Ok(CallRecord {
            id: id.ok_or_else(|| StorageError::Corrupt(format!("the call id {:?}", self.id)))?,
            channel: ChannelId(self.channel),
            direction: codec::from_word(&self.direction)?,
            state: codec::from_word(&self.state)?,
            caller: self.caller,
            caller_name: self.caller_name,
            called: self.called,
            gateway: self.gateway,
            language: self.language,
            position: Position {
                flow: self.flow,
                step: self.step,
                visit: codec::number(self.visit)?,
                vars: codec::from_json(&self.vars)?,
            },
            started_at: codec::time(self.started_at)?,
            answered_at: codec::time_or_none(self.answered_at)?,
            ended_at: codec::time_or_none(self.ended_at)?,
            disposition: self.disposition.as_deref().map(codec::from_word).transpose()?,
            cause: self.cause.map(codec::number).transpose()?,
            tech_cause: self.tech_cause.map(codec::number).transpose()?,
            detail: self.detail,
            route: self.route.as_deref().map(codec::from_json).transpose()?,
            taken_up: codec::number(self.taken_up)?,
        })
    }
}

impl Store {
    /// Writes call records in one transaction, committed when this returns. Of several records of one call
    /// the last counts; a call that ended stays as it ended, whatever comes later.
    pub async fn save_calls(&self, records: &[Arc<CallRecord>]) -> Result<(), StorageError> {
        let rows = records.iter().map(|record| Row::Call(Arc::clone(record)));
        self.save(&row::latest(rows), &[]).await
    }

    /// One call.
    pub async fn call(&self, id: CallId) -> Result<Option<CallRecord>, StorageError> {
        self.within(async {
            let rows: Vec<CallRow> =
                self.pool.fetch("SELECT * FROM calls WHERE id = $1", args![id.to_string()]).await?;
            rows.into_iter().next().map(CallRow::record).transpose()
        })
        .await
    }

    /// All calls that are not known to have ended, oldest first.
    pub async fn live_calls(&self) -> Result<Vec<CallRecord>, StorageError> {
        self.within(async {
            let sql = "SELECT * FROM calls WHERE state = 'live' ORDER BY started_at, id";
            let rows: Vec<CallRow> = self.pool.fetch(sql, args![]).await?;
            rows.into_iter().map(CallRow::record).collect()
        })
        .await
    }

    /// Lists calls, newest first.
    pub async fn calls(
        &self,
        query: &CallQuery,
        page: &PageRequest,
    ) -> Result<Page<CallRecord>, StorageError> {
        let place = page.place()?;
        // A literal, so that the index of live calls fits.
        let mut conditions = Conditions::new(match query.state {
            Some(CallState::Live) => "state = 'live'",
            Some(CallState::Ended) => "state = 'ended'",
            None => "1 = 1",
        });
        let text = |value: &Option<String>| value.as_deref().map(|v| args![v]);
        conditions
            .and("caller = ?", text(&query.caller))
            .and("called = ?", text(&query.called))
            .and("flow = ?", text(&query.flow))
            .and("disposition = ?", query.disposition.map(|d| args![codec::disposition(d)]))
            .and("started_at >= ?", query.started_from.map(|t| args![t]))
            .and("started_at < ?", query.started_to.map(|t| args![t]))
            .and("(started_at, id) < (?, ?)", place.map(|p| args![p.micros, p.id]));
        let (sql, args) =
            conditions.into_query("SELECT * FROM calls", "ORDER BY started_at DESC, id DESC", page.rows());
        self.within(async {
            let rows: Vec<CallRow> = self.pool.fetch(sql, args).await?;
            let calls = rows.into_iter().map(CallRow::record).collect::<Result<Vec<_>, _>>()?;
            Ok(page.page(calls, |c| Place { micros: c.started_at.as_microsecond(), id: c.id.to_string() }))
        })
        .await
    }
}

/// The statements that write records, each call once.
pub(super) fn statements(
    pool: &Pool,
    records: &[&CallRecord],
    into: &mut Vec<Statement>,
) -> Result<(), StorageError> {
    SAVE.statements(pool, records, |record, args| columns(record, args), into)
}

fn columns(record: &CallRecord, args: &mut Vec<Arg>) -> Result<(), StorageError> {
    let CallRecord { position, .. } = record;
    args.extend(args![
        record.id.to_string(),
        record.channel.as_str(),
        codec::direction(record.direction),
        codec::state(record.state),
        record.caller.as_deref(),
        record.caller_name.as_deref(),
        record.called.as_deref(),
        record.gateway.as_deref(),
        record.language.as_str(),
        position.flow.as_str(),
        position.step.as_str(),
        i64::from(position.visit),
        codec::json(&position.vars)?,
        record.started_at,
        record.answered_at,
        record.ended_at,
        record.disposition.map(codec::disposition),
        record.cause.map(i64::from),
        record.tech_cause.map(i64::from),
        record.detail.as_deref(),
        i64::from(record.taken_up),
        record.route.as_ref().map(codec::json).transpose()?,
    ]);
    Ok(())
}
