//! The voice of the team: opened over the rooms that know whom it tells what.

use std::{collections::BTreeSet, convert::Infallible, sync::Arc};

use futures_util::future::BoxFuture;
use jiff::{Timestamp, ToSpan as _, civil::Date};

use super::{Exit, Failed, OrExit};
use crate::{
    config::Config,
    messaging::{DayFigures, Facts, FailedPlanning, Messaging, Shifts, World},
    model::{Person, PersonId, PlanningState, Week},
    people::People,
    queue::{
        Queues,
        history::{By, Statistics, bounds},
    },
    stasis::Door,
    tasks::Tasks,
    timetable::{TimetableError, Timetables},
};

/// What is known of shifts, persons and queues.
pub struct Present {
    /// Who works here.
    pub people: People,
    /// Who answers when.
    pub timetables: Timetables,
    /// Who answers now.
    pub queues: Queues,
    /// How days were.
    pub statistics: Statistics,
}

impl Present {
    /// The published weeks of yesterday, whose end may still be told, of today and tomorrow.
    async fn shifts(&self, name: &str, now: Timestamp) -> Result<Vec<Shifts>, TimetableError> {
        let zone = self.timetables.zone(name)?.clone();
        let queue = self.timetables.settings(name)?.queue.clone();
        let today = now.to_zoned(zone.clone()).date();
        let beside = [-1_i64, 0, 1].map(|days| today.checked_add(days.days()).ok());
        let weeks: BTreeSet<Week> = beside.into_iter().flatten().map(Week::of).collect();
        let mut shifts = Vec::new();
        for week in weeks {
            let kept = self.timetables.published(name, week).await?;
            let table = kept.map(|kept| kept.plan.table);
            shifts.extend(table.map(|table| Shifts { table, zone: zone.clone(), queue: queue.clone() }));
        }
        Ok(shifts)
    }

    async fn failed(&self, name: &str, since: Timestamp) -> Result<Vec<FailedPlanning>, TimetableError> {
        let plannings = self.timetables.plannings(name).await?.into_iter();
        let failed = plannings.filter(|planning| {
            let has_failed = matches!(planning.state, PlanningState::Unsolvable | PlanningState::Failed);
            // One that is done, and says why, was not published.
            let is_unused = planning.state == PlanningState::Done && !planning.why.is_empty();
            (has_failed || is_unused) && planning.ended_at.is_some_and(|ended| ended >= since)
        });
        let told = failed.map(|planning| FailedPlanning {
            planning: planning.id.to_string(),
            timetable: planning.timetable,
            week: planning.week,
            why: planning.why,
        });
        Ok(told.collect())
    }
}

impl World for Present {
    fn facts(&self, now: Timestamp) -> BoxFuture<'_, Facts> {
        Box::pin(async move {
            let mut shifts = Vec::new();
            for name in self.timetables.names() {
                match self.shifts(name, now).await {
                    Ok(found) => shifts.extend(found),
                    Err(error) => {
                        tracing::warn!(timetable = name, %error, "the week cannot be read for reminders");
                    }
                }
            }
            let persons = self.people.all().iter().cloned().collect();
            // A board of what was is no news.
            let standing = self.queues.standing();
            let queues = if standing.connected { self.queues.all() } else { Vec::new() };
            Facts {
                persons,
                shifts,
                queues: queues.iter().map(|queue| (**queue).clone()).collect(),
                queues_since: standing.since.filter(|_| standing.connected),
            }
        })
    }

    fn person<'a>(&'a self, id: &'a PersonId) -> BoxFuture<'a, Option<Person>> {
        Box::pin(std::future::ready(self.people.get(id)))
    }

    fn figures<'a>(&'a self, queue: &'a str, day: Date) -> BoxFuture<'a, Option<DayFigures>> {
        Box::pin(async move {
            let counting = self.statistics.counting(queue, None);
            let (from, to) = bounds(day, &counting.zone)?;
            let (figures, _) = self
                .statistics
                .figures(queue, (from, to), By::Day, &counting)
                .await
                .inspect_err(|error| tracing::warn!(queue, %error, "the day's figures cannot be read"))
                .ok()?;
            Some(DayFigures {
                received: figures.received,
                answered: figures.answered,
                abandoned: figures.abandoned,
                timed_out: figures.timed_out + figures.left,
                average_wait_secs: figures.wait.average(),
                longest_wait_secs: figures.wait.longest,
                average_talk_secs: figures.talk.average(),
                service_level_percent: figures.service_level(),
            })
        })
    }

    fn failed_plannings(&self, since: Timestamp) -> BoxFuture<'_, Vec<FailedPlanning>> {
        Box::pin(async move {
            let mut all = Vec::new();
            for name in self.timetables.names() {
                match self.failed(name, since).await {
                    Ok(failed) => all.extend(failed),
                    Err(error) => tracing::warn!(timetable = name, %error, "plannings cannot be read"),
                }
            }
            all
        })
    }
}

/// Over the rooms that are open. Nothing is told yet.
pub fn open(config: &Config, door: &Door, present: Present) -> Result<Messaging, Failed> {
    let (store, feed) = (door.store.clone(), door.services.feed.clone());
    Messaging::new(store, feed, config, Arc::new(present), Arc::new(door.outbound.clone()))
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
