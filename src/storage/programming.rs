//! Programming of queues: members that are ours, and overrides.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::SqlSafeStr;
use uuid::Uuid;

use super::{
    StorageError, Store, codec,
    pool::{Statement, args, rows},
};
use crate::model::{Override, OverrideKind, ProgrammedMember, Whom};

/// Open overrides of one queue that are read at most.
const MOST: i64 = 2000;

rows! {
    /// A row of `queue_overrides`.
    struct OverrideRow {
        id: String,
        queue: String,
        content: String,
        created_at: i64,
        expires_at: i64,
        applied: i64,
        settled: i64,
    }
}

/// What of an override is stored as JSON.
#[derive(Serialize, Deserialize)]
struct Content {
    whom: Whom,
    kind: OverrideKind,
    by: String,
    note: String,
}

impl OverrideRow {
    fn read(self) -> Result<Override, StorageError> {
        let Content { whom, kind, by, note } = codec::from_json(&self.content)?;
        let id = Uuid::parse_str(&self.id);
        Ok(Override {
            id: id.map_err(|error| StorageError::Corrupt(format!("an override's id: {error}")))?,
            queue: self.queue,
            whom,
            kind,
            by,
            note,
            created_at: codec::time(self.created_at)?,
            expires_at: codec::time(self.expires_at)?,
            applied: self.applied != 0,
            settled: self.settled != 0,
        })
    }
}

impl Store {
    /// The members of a queue that are ours, in the order of their interfaces.
    pub async fn programmed_members(&self, queue: &str) -> Result<Vec<ProgrammedMember>, StorageError> {
        let sql = "SELECT member FROM queue_programmed WHERE queue = $1 ORDER BY interface";
        let rows: Vec<(String,)> = self.within(self.pool.fetch(sql, args![queue])).await?;
        rows.iter().map(|(member,)| codec::from_json(member)).collect()
    }

    /// Stores members as ours, and forgets others, all in one transaction.
    pub async fn keep_programmed(
        &self,
        queue: &str,
        keep: &[ProgrammedMember],
        forget: &[String],
    ) -> Result<(), StorageError> {
        let put = "INSERT INTO queue_programmed (queue, interface, member) VALUES ($1, $2, $3)
            ON CONFLICT (queue, interface) DO UPDATE SET member = excluded.member";
        let delete = "DELETE FROM queue_programmed WHERE queue = $1 AND interface = $2";
        let mut statements: Vec<Statement> = Vec::new();
        for member in keep {
            let values = args![queue, member.interface.as_str(), codec::json(member)?];
            statements.push((put.into_sql_str(), values));
        }
        statements.extend(forget.iter().map(|gone| (delete.into_sql_str(), args![queue, gone.as_str()])));
        self.within(self.pool.execute_all(statements)).await
    }

    /// Stores an override.
    pub async fn add_override(&self, one: &Override) -> Result<(), StorageError> {
        let sql = "INSERT INTO queue_overrides (id, queue, content, created_at, expires_at, applied, settled)
            VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (whom, kind) = (one.whom.clone(), one.kind.clone());
        let content = Content { whom, kind, by: one.by.clone(), note: one.note.clone() };
        let values = args![
            one.id.to_string(),
            one.queue.as_str(),
            codec::json(&content)?,
            one.created_at,
            one.expires_at,
            i64::from(one.applied),
            i64::from(one.settled),
        ];
        self.within(self.pool.execute(sql, values)).await.map(|_| ())
    }

    /// The overrides of a queue that hold, or are over and not yet taken back; the oldest first.
    pub async fn open_overrides(&self, queue: &str) -> Result<Vec<Override>, StorageError> {
        let sql = "SELECT * FROM queue_overrides WHERE queue = $1 AND settled = 0
            ORDER BY created_at, id LIMIT $2";
        let rows: Vec<OverrideRow> = self.within(self.pool.fetch(sql, args![queue, MOST])).await?;
        rows.into_iter().map(OverrideRow::read).collect()
    }

    /// Ends an override at this time, if it holds; whether it did.
    pub async fn end_override(&self, queue: &str, id: Uuid, at: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE queue_overrides SET expires_at = $3
            WHERE queue = $1 AND id = $2 AND settled = 0 AND expires_at > $3";
        let done = self.within(self.pool.execute(sql, args![queue, id.to_string(), at])).await?;
        Ok(done > 0)
    }

    /// Marks overrides as done once, and as over and taken back.
    pub async fn mark_overrides(&self, applied: &[Uuid], settled: &[Uuid]) -> Result<(), StorageError> {
        let apply = "UPDATE queue_overrides SET applied = 1 WHERE id = $1";
        let settle = "UPDATE queue_overrides SET settled = 1 WHERE id = $1";
        let marks = applied.iter().map(|id| (apply, id)).chain(settled.iter().map(|id| (settle, id)));
        let statements = marks.map(|(sql, id)| (sql.into_sql_str(), args![id.to_string()])).collect();
        self.within(self.pool.execute_all(statements)).await
    }
}
