//! Runs of the planner: kept until somebody deletes them.

use uuid::Uuid;

use crate::{
    model::Planning,
    storage::{StorageError, Store, codec, pool::args},
};

/// Plannings of one timetable in a list.
const MOST: i64 = 200;

const PUT: &str = "INSERT INTO plannings (id, timetable, state, started_at, planning)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, planning = excluded.planning";

impl Store {
    /// Stores a planning in the place of what was there.
    pub async fn put_planning(&self, planning: &Planning) -> Result<(), StorageError> {
        let values = args![
            planning.id.to_string(),
            planning.timetable.as_str(),
            codec::word(planning.state)?,
            planning.started_at,
            codec::json(planning)?,
        ];
        self.within(async { self.pool.execute(PUT, values).await.map(|_| ()) }).await
    }

    /// One planning.
    pub async fn planning(&self, id: Uuid) -> Result<Option<Planning>, StorageError> {
        let sql = "SELECT planning FROM plannings WHERE id = $1";
        let rows: Vec<(String,)> = self.within(self.pool.fetch(sql, args![id.to_string()])).await?;
        rows.first().map(|(planning,)| codec::from_json(planning)).transpose()
    }

    /// The plannings of a timetable, newest first, at most 200.
    pub async fn plannings(&self, timetable: &str) -> Result<Vec<Planning>, StorageError> {
        let sql = "SELECT planning FROM plannings WHERE timetable = $1
            ORDER BY started_at DESC, id DESC LIMIT $2";
        let rows: Vec<(String,)> = self.within(self.pool.fetch(sql, args![timetable, MOST])).await?;
        rows.iter().map(|(planning,)| codec::from_json(planning)).collect()
    }

    /// Deletes a planning; whether it was there.
    pub async fn delete_planning(&self, id: Uuid) -> Result<bool, StorageError> {
        let sql = "DELETE FROM plannings WHERE id = $1";
        self.within(async { Ok(self.pool.execute(sql, args![id.to_string()]).await? > 0) }).await
    }

    /// Those that are stored as running: this daemon's, and those that an earlier one was in the middle of.
    pub async fn running_plannings(&self) -> Result<Vec<Planning>, StorageError> {
        let sql = "SELECT planning FROM plannings WHERE state = 'running' ORDER BY id";
        let rows: Vec<(String,)> = self.within(self.pool.fetch(sql, args![])).await?;
        rows.iter().map(|(planning,)| codec::from_json(planning)).collect()
    }
}
