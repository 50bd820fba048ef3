//! What queues remember: callers' ways through them, and what became of their members.

use jiff::Timestamp;
use sqlx::SqlSafeStr;
use uuid::Uuid;

use super::{
    StorageError, Store, codec,
    page::{Conditions, Page, PageRequest, Place},
    pool::{Arg, Statement, args, rows},
};
use crate::model::{MemberEvent, QueueCall, QueueEnd};

/// Rows of one answer that is not a page, at most.
const MOST: usize = 200_000;

/// Which calls of a queue to list. All that is set must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueCallQuery {
    /// The queue.
    pub queue: Option<String>,
    /// That began to wait at this time or later.
    pub from: Option<Timestamp>,
    /// That began to wait before this time.
    pub to: Option<Timestamp>,
    /// Answered by this member.
    pub interface: Option<String>,
    /// That ended so.
    pub end: Option<QueueEnd>,
}

rows! {
    /// A row of `queue_calls`.
    struct CallRow {
        id: String,
        queue: String,
        channel: String,
        number: Option<String>,
        position: Option<i64>,
        joined_at: i64,
        connected_at: Option<i64>,
        interface: Option<String>,
        wait_secs: Option<i64>,
        talk_secs: Option<i64>,
        ended_at: Option<i64>,
        ending: Option<String>,
    }
}

rows! {
    /// A row of `queue_member_events`.
    struct EventRow {
        id: i64,
        at: i64,
        queue: String,
        interface: String,
        name: String,
        what: String,
        reason: Option<String>,
        by_whom: Option<String>,
    }
}

const CALLS: &str = "SELECT * FROM queue_calls";

impl CallRow {
    fn read(self) -> Result<QueueCall, StorageError> {
        let id = Uuid::parse_str(&self.id);
        Ok(QueueCall {
            id: id.map_err(|error| StorageError::Corrupt(format!("a queue call's id: {error}")))?,
            queue: self.queue,
            channel: self.channel,
            number: self.number,
            position: self.position.map(codec::number).transpose()?,
            joined_at: codec::time(self.joined_at)?,
            connected_at: codec::time_or_none(self.connected_at)?,
            interface: self.interface,
            wait_secs: self.wait_secs.map(codec::number).transpose()?,
            talk_secs: self.talk_secs.map(codec::number).transpose()?,
            ended_at: codec::time_or_none(self.ended_at)?,
            end: codec::from_word_or_none(self.ending.as_deref())?,
        })
    }
}

impl EventRow {
    fn read(self) -> Result<MemberEvent, StorageError> {
        Ok(MemberEvent {
            id: self.id,
            at: codec::time(self.at)?,
            queue: self.queue,
            interface: self.interface,
            name: self.name,
            what: codec::from_word(&self.what)?,
            reason: self.reason,
            by: self.by_whom,
        })
    }
}

impl Store {
    /// Writes calls in the place of what was there, and events that are not there yet, in one transaction.
    pub async fn save_queue_history(
        &self,
        calls: &[QueueCall],
        events: &[MemberEvent],
    ) -> Result<(), StorageError> {
        let put = "INSERT INTO queue_calls (id, queue, channel, number, position, joined_at, connected_at, interface,
            wait_secs, talk_secs, ended_at, ending) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (id) DO UPDATE SET connected_at = excluded.connected_at, interface = excluded.interface,
            number = excluded.number, wait_secs = excluded.wait_secs, talk_secs = excluded.talk_secs,
            ended_at = excluded.ended_at, ending = excluded.ending";
        let add = "INSERT INTO queue_member_events (id, at, queue, interface, name, what, reason, by_whom)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING";
        let mut statements: Vec<Statement> = Vec::new();
        for call in calls {
            let values: Vec<Arg> = args![
                call.id.to_string(),
                call.queue.as_str(),
                call.channel.as_str(),
                call.number.as_deref(),
                call.position.map(i64::from),
                call.joined_at,
                call.connected_at,
                call.interface.as_deref(),
                call.wait_secs.map(i64::from),
                call.talk_secs.map(i64::from),
                call.ended_at,
                codec::word_or_none(call.end)?,
            ];
            statements.push((put.into_sql_str(), values));
        }
        for event in events {
            let values: Vec<Arg> = args![
                event.id,
                event.at,
                event.queue.as_str(),
                event.interface.as_str(),
                event.name.as_str(),
                codec::word(event.what)?,
                event.reason.as_deref(),
                event.by.as_deref(),
            ];
            statements.push((add.into_sql_str(), values));
        }
        self.within(self.pool.execute_all(statements)).await
    }

    /// The calls that are not over, the oldest first.
    pub async fn open_queue_calls(&self) -> Result<Vec<QueueCall>, StorageError> {
        let conditions = Conditions::new("ended_at IS NULL");
        let (sql, args) = conditions.into_query(CALLS, "ORDER BY joined_at, id", MOST);
        self.read_calls(sql, args).await
    }

    /// A page of calls, the latest first.
    pub async fn queue_calls(
        &self,
        query: &QueueCallQuery,
        page: &PageRequest,
    ) -> Result<Page<QueueCall>, StorageError> {
        let place = page.place()?;
        let mut conditions = conditions(query)?;
        conditions.and("(joined_at, id) < (?, ?)", place.map(|p| args![p.micros, p.id]));
        let tail = "ORDER BY joined_at DESC, id DESC";
        let (sql, args) = conditions.into_query(CALLS, tail, page.rows());
        let calls = self.read_calls(sql, args).await?;
        Ok(page.page(calls, |c| Place { micros: c.joined_at.as_microsecond(), id: c.id.to_string() }))
    }

    /// All calls that the query names, the oldest first; at most 200,000.
    pub async fn all_queue_calls(&self, query: &QueueCallQuery) -> Result<Vec<QueueCall>, StorageError> {
        let (sql, args) = conditions(query)?.into_query(CALLS, "ORDER BY joined_at, id", MOST);
        self.read_calls(sql, args).await
    }

    /// What became of a queue's members between these times, the oldest first; at most 200,000.
    pub async fn queue_member_events(
        &self,
        queue: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<MemberEvent>, StorageError> {
        let mut conditions = Conditions::new("1 = 1");
        conditions
            .and("queue = ?", Some(args![queue]))
            .and("at >= ?", Some(args![from]))
            .and("at < ?", Some(args![to]));
        let select = "SELECT * FROM queue_member_events";
        let (sql, args) = conditions.into_query(select, "ORDER BY at, id", MOST);
        self.within(async {
            let rows: Vec<EventRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().map(EventRow::read).collect()
        })
        .await
    }

    async fn read_calls(&self, sql: impl SqlSafeStr, args: Vec<Arg>) -> Result<Vec<QueueCall>, StorageError> {
        self.within(async {
            let rows: Vec<CallRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().map(CallRow::read).collect()
        })
        .await
    }
}

fn conditions(query: &QueueCallQuery) -> Result<Conditions, StorageError> {
    let text = |value: &Option<String>| value.as_deref().map(|v| args![v]);
    let mut conditions = Conditions::new("1 = 1");
    conditions
        .and("queue = ?", text(&query.queue))
        .and("joined_at >= ?", query.from.map(|at| args![at]))
        .and("joined_at < ?", query.to.map(|at| args![at]))
        .and("interface = ?", text(&query.interface))
        .and("ending = ?", query.end.map(|end| Ok::<_, StorageError>(args![codec::word(end)?])).transpose()?);
    Ok(conditions)
}
