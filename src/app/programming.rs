//! Opening the rooms that program queues and remember what became of them.

use std::{convert::Infallible, sync::Arc};

use futures_util::future::BoxFuture;

use crate::{
    config::Config,
    model::{Sheet, Timetable, Week, WeekState},
    people::People,
    queue::{
        Queues,
        history::{QueueHistory, Statistics},
        program::{Plans, Programming},
    },
    stasis::Door,
    storage::{Persons, StorageError, Store},
    tasks::Tasks,
};

/// The rooms, and what is still to be spawned.
pub struct ProgrammingRoom {
    /// The handle that others hold.
    pub programming: Programming,
    /// Figures of the past.
    pub statistics: Statistics,
    history: QueueHistory,
}

/// Persons as last known, and published timetables as the store has them.
struct Stored {
    store: Store,
    people: People,
}

impl Plans for Stored {
    fn timetable(&self, name: &str, week: Week) -> BoxFuture<'_, Result<Option<Timetable>, StorageError>> {
        let name = name.to_owned();
        Box::pin(async move {
            let kept = self.store.timetable(&name, Sheet::Week(week)).await?;
            Ok(kept.filter(|kept| kept.state != WeekState::Draft).map(|kept| kept.plan.table))
        })
    }

    fn persons(&self) -> BoxFuture<'_, Result<Persons, StorageError>> {
        Box::pin(async { Ok(self.people.all().persons().clone()) })
    }
}

/// Opens them over the board of the queues.
pub fn open(config: &Config, door: &Door, people: &People, queues: &Queues) -> ProgrammingRoom {
    let (store, feed, hands) = (door.store.clone(), door.services.feed.clone(), Arc::new(queues.clone()));
    let plans = Arc::new(Stored { store: store.clone(), people: people.clone() });
    ProgrammingRoom {
        programming: Programming::new(store.clone(), feed.clone(), hands.clone(), plans, config),
        statistics: Statistics::new(store.clone(), config),
        history: QueueHistory::new(store, feed, hands),
    }
}

impl ProgrammingRoom {
    /// Spawns the loops. The one that programs ends first: a daemon that drains changes no queue. The other one hears
    /// what is said until the end.
    pub fn spawn(self, tasks: &Tasks) {
        let (soft, hard) = (tasks.shutdown().soft().clone(), tasks.shutdown().hard().clone());
        tasks.spawn_loop("programming", async move {
            self.programming.run(soft).await;
            Ok::<_, Infallible>(())
        });
        tasks.spawn_loop("queue history", async move {
            self.history.run(hard).await;
            Ok::<_, Infallible>(())
        });
    }
}
