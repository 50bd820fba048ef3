//! Secrets in the addresses of persons' calendars: only their SHA-256 is stored.

use crate::{
    model::PersonId,
    storage::{
        StorageError, Store,
        pool::{Arg, args},
    },
};

impl Store {
    /// Stores the hash of a calendar's secret, in the place of the one before; none: nobody reads it any more.
    pub async fn put_calendar_secret(
        &self,
        name: &str,
        person: &PersonId,
        hash: Option<[u8; 32]>,
    ) -> Result<(), StorageError> {
        let mut values = args![name, person.as_str()];
        let sql = if let Some(hash) = hash {
            values.push(Arg::Blob(hash.to_vec()));
            "INSERT INTO timetable_calendars (name, person, hash) VALUES ($1, $2, $3)
                ON CONFLICT (name, person) DO UPDATE SET hash = excluded.hash"
        } else {
            "DELETE FROM timetable_calendars WHERE name = $1 AND person = $2"
        };
        self.within(async { self.pool.execute(sql, values).await.map(|_| ()) }).await
    }

    /// The hash of a calendar's secret.
    pub async fn calendar_secret(
        &self,
        name: &str,
        person: &PersonId,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let sql = "SELECT hash FROM timetable_calendars WHERE name = $1 AND person = $2";
        let rows: Vec<(Vec<u8>,)> = self.within(self.pool.fetch(sql, args![name, person.as_str()])).await?;
        Ok(rows.into_iter().next().map(|(hash,)| hash))
    }
}
