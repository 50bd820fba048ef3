//! Figures of stored calls: which rows, whose days, how they are counted.

use std::{collections::BTreeMap, collections::BTreeSet, sync::Arc};

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{By, Counting, Daily, Figures, Group, OpeningHours, Session, daily, figures, sessions};
use crate::{
    config::Config,
    model::QueueCall,
    storage::{QueueCallQuery, StorageError, Store},
};

/// Days of one table at most.
const MOST_DAYS: usize = 800;

/// Makes figures of what is stored. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Statistics {
    store: Store,
    settings: Arc<Settings>,
}

#[derive(Debug)]
struct Settings {
    /// Of queues that have a timetable.
    queues: BTreeMap<String, (TimeZone, OpeningHours)>,
    zone: TimeZone,
    always: OpeningHours,
    service_level_secs: u32,
    test_numbers: BTreeSet<String>,
}

impl Statistics {
    /// By the hours and the zones of the configuration's timetables.
    #[must_use]
    pub fn new(store: Store, config: &Config) -> Self {
        let queues = config.timetables.values().map(|timetable| {
            let (zone, hours) = (timetable.zone(config), OpeningHours::of(config, &timetable.queue));
            (timetable.queue.clone(), (zone, hours))
        });
        let settings = Settings {
            queues: queues.collect(),
            zone: TimeZone::get(&config.calls.time_zone).unwrap_or(TimeZone::UTC),
            always: OpeningHours::of(config, ""),
            service_level_secs: config.queue_history.service_level_secs,
            test_numbers: config.queue_history.test_numbers.clone(),
        };
        Self { store, settings: Arc::new(settings) }
    }

    /// The zone of a queue's days.
    #[must_use]
    pub fn zone(&self, queue: &str) -> &TimeZone {
        self.settings.queues.get(queue).map_or(&self.settings.zone, |(zone, _)| zone)
    }

    /// How a queue's calls are counted; by other seconds of service, if they are given.
    #[must_use]
    pub fn counting(&self, queue: &str, service_level_secs: Option<u32>) -> Counting {
        let settings = &self.settings;
        let hours = settings.queues.get(queue).map_or(&settings.always, |(_, hours)| hours);
        Counting {
            zone: self.zone(queue).clone(),
            service_level_secs: service_level_secs.unwrap_or(settings.service_level_secs),
            hours: hours.clone(),
            test_numbers: settings.test_numbers.clone(),
        }
    }

    /// The calls of a queue that came between these times; the oldest first.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn calls(
        &self,
        queue: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<QueueCall>, StorageError> {
        let (queue, from, to) = (Some(queue.to_owned()), Some(from), Some(to));
        self.store.all_queue_calls(&QueueCallQuery { queue, from, to, ..QueueCallQuery::default() }).await
    }

    /// Figures of all calls between these times, and by group.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn figures(
        &self,
        queue: &str,
        (from, to): (Timestamp, Timestamp),
        by: By,
        counting: &Counting,
    ) -> Result<(Figures, Vec<Group>), StorageError> {
        let calls = self.calls(queue, from, to).await?;
        let events = self.store.queue_member_events(queue, from, to).await?;
        Ok(figures(&calls, &events, by, counting))
    }

    /// The rows of these days, both included; at most 800.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn daily(&self, queue: &str, first: Date, last: Date) -> Result<Vec<Daily>, StorageError> {
        let counting = self.counting(queue, None);
        let days: Vec<Date> = first.series(jiff::ToSpan::day(1)).take_while(|day| *day <= last).collect();
        let mut rows = Vec::new();
        for day in days.into_iter().take(MOST_DAYS) {
            let Some((from, to)) = bounds(day, &counting.zone) else { continue };
            rows.push(daily(&self.calls(queue, from, to).await?, day, &counting));
        }
        Ok(rows)
    }

    /// The members' sessions that events between these times tell of.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn sessions(
        &self,
        queue: &str,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Session>, StorageError> {
        Ok(sessions(&self.store.queue_member_events(queue, from, to).await?))
    }
}

/// The first moment of a day, and of the one after it.
#[must_use]
pub fn bounds(day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
    let start = |day: Date| day.to_zoned(zone.clone()).ok().map(|time| time.timestamp());
    Some((start(day)?, start(day.tomorrow().ok()?)?))
}
