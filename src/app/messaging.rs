//! The voice of the team: opened over the rooms that know whom it tells what.

use std::{convert::Infallible, sync::Arc};

use futures_util::future::BoxFuture;
use jiff::{Timestamp, civil::Date};

use super::{Exit, Failed, OrExit};
use crate::{
    config::Config,
    messaging::{DayFigures, Facts, FailedPlanning, Messaging, World},
    model::{Person, PersonId},
    stasis::Door,
    tasks::Tasks,
};

/// What is known of shifts, persons and queues.
struct Present;

impl World for Present {
    fn facts(&self, _: Timestamp) -> BoxFuture<'_, Facts> {
        Box::pin(std::future::ready(Facts::default()))
    }

    fn person<'a>(&'a self, _: &'a PersonId) -> BoxFuture<'a, Option<Person>> {
        Box::pin(std::future::ready(None))
    }

    fn figures<'a>(&'a self, _: &'a str, _: Date) -> BoxFuture<'a, Option<DayFigures>> {
        Box::pin(std::future::ready(None))
    }

    fn failed_plannings(&self, _: Timestamp) -> BoxFuture<'_, Vec<FailedPlanning>> {
        Box::pin(std::future::ready(Vec::new()))
    }
}

/// Over the rooms that are open. Nothing is told yet.
pub fn open(config: &Config, door: &Door) -> Result<Messaging, Failed> {
    let (store, feed) = (door.store.clone(), door.services.feed.clone());
    Messaging::new(store, feed, config, Arc::new(Present), Arc::new(door.outbound.clone()))
        .or_exit(Exit::Config)
}

/// Its loops, until the daemon drains.
pub fn spawn(tasks: &Tasks, messaging: &Messaging) {
    let (running, quit) = (messaging.clone(), tasks.shutdown().soft().clone());
    tasks.spawn_loop("messages", async move {
        running.run(quit).await;
        Ok::<_, Infallible>(())
    });
    let (listening, quit) = (messaging.clone(), tasks.shutdown().soft().clone());
    tasks.spawn_loop("message notices", async move {
        listening.listen(quit).await;
        Ok::<_, Infallible>(())
    });
}
