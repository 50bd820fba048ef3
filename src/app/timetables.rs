//! The room of timetables, over those who work here.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{
    config::Config,
    model::{Absence, Person, Week},
    people::People,
    stasis::Door,
    storage::StorageError,
    tasks::Tasks,
    timetable::{Highs, Staff, Timetables},
};

/// Those who work here.
struct Here(People);

impl Staff for Here {
    fn persons(&self) -> BoxFuture<'_, Result<Vec<Person>, StorageError>> {
        Box::pin(async { Ok(self.0.all().iter().cloned().collect()) })
    }

    fn absences(&self, week: Week) -> BoxFuture<'_, Result<Vec<Absence>, StorageError>> {
        Box::pin(self.0.absences_in(week))
    }
}

/// The room, over the store that is open.
pub fn open(config: &Config, door: &Door, people: &People) -> Timetables {
    let (staff, feed) = (Arc::new(Here(people.clone())), door.services.feed.clone());
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
