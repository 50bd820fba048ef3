//! Events: what happened, in the order of their ids, for the event stream and the log of a call.

use std::sync::Arc;

use super::{
    StorageError, Store,
    batch::ManyRows,
    codec,
    pool::{Arg, Pool, Statement, args, rows},
};
use crate::model::{CallId, Notice};

/// Events of one call, or in one answer, at most.
const MOST: u32 = 10_000;

rows! {
    /// A row of `events`.
    struct EventRow {
        id: i64,
        at: i64,
        kind: String,
        call_id: Option<String>,
        data: String,
    }
}

static SAVE: ManyRows =
    ManyRows::new("INSERT INTO events (id, at, kind, call_id, data)", 5, "ON CONFLICT (id) DO NOTHING");

impl EventRow {
    fn notice(self) -> Result<Notice, StorageError> {
        Ok(Notice {
            id: self.id,
            at: codec::time(self.at)?,
            kind: codec::from_word(&self.kind)?,
            call: self.call_id.as_deref().and_then(CallId::parse),
            data: codec::from_json(&self.data)?,
        })
    }
}

impl Store {
    /// Writes events in one transaction, committed when this returns; those already there stay as they are.
    pub async fn save_events(&self, events: &[Arc<Notice>]) -> Result<(), StorageError> {
        self.save(&[], events).await
    }

    /// The events after `id`, oldest first, at most `limit` (and at most 10,000).
    pub async fn events_after(&self, id: i64, limit: u32) -> Result<Vec<Notice>, StorageError> {
        let sql = "SELECT * FROM events WHERE id > $1 ORDER BY id LIMIT $2";
        self.events(sql, args![id, i64::from(limit.min(MOST))]).await
    }

    /// The id of the oldest event that is kept: whoever saw less than it has missed some.
    pub async fn oldest_event(&self) -> Result<Option<i64>, StorageError> {
        self.within(async {
            let rows: Vec<(i64,)> =
                self.pool.fetch("SELECT id FROM events ORDER BY id LIMIT 1", args![]).await?;
            Ok(rows.first().map(|row| row.0))
        })
        .await
    }

    /// The events of a call, oldest first, at most 10,000.
    pub async fn events_of(&self, call: CallId) -> Result<Vec<Notice>, StorageError> {
        let sql = "SELECT * FROM events WHERE call_id = $1 ORDER BY id LIMIT $2";
        self.events(sql, args![call.to_string(), i64::from(MOST)]).await
    }

    async fn events(&self, sql: &'static str, args: Vec<Arg>) -> Result<Vec<Notice>, StorageError> {
        self.within(async {
            let rows: Vec<EventRow> = self.pool.fetch(sql, args).await?;
            rows.into_iter().map(EventRow::notice).collect()
        })
        .await
    }
}

/// The statements that write events.
pub(super) fn statements(
    pool: &Pool,
    events: &[Arc<Notice>],
    into: &mut Vec<Statement>,
) -> Result<(), StorageError> {
    let columns = |event: &Arc<Notice>, args: &mut Vec<Arg>| {
        args.extend(args![
            event.id,
            event.at,
            event.kind.as_str(),
            event.call.map_or(Arg::Text(None), |call| Arg::from(call.to_string())),
            codec::json(&event.data)?,
        ]);
        Ok(())
    };
    SAVE.statements(pool, events, columns, into)
}
