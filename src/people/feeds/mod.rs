//! Feeds of absences: fetched in their own time, each within a deadline and a size; the last good reading holds.

mod csv;
mod ics;
mod lay;
mod run;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{Timestamp, civil::Time, tz::TimeZone};

use super::People;
use crate::{
    config::{AbsenceFeedConfig, Config},
    model::Who,
    web::Web,
};

pub use lay::{Named, Row, Span};

/// Rows that are named as left out, at most.
const MOST_NAMED: usize = 20;

/// The feeds of the configuration. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AbsenceFeeds {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    people: People,
    web: Web,
    feeds: Vec<Feed>,
    states: Mutex<BTreeMap<String, FeedState>>,
}

/// How a feed stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedState {
    /// When it was last read well.
    pub read_at: Option<Timestamp>,
    /// Absences in it then.
    pub absences: usize,
    /// What of it was left out, and why; the first of them.
    pub left_out: Vec<String>,
    /// Why it cannot be read now.
    pub problem: Option<String>,
}

/// One feed, and what its days and times mean.
#[derive(Clone, Debug)]
struct Feed {
    config: AbsenceFeedConfig,
    who: Option<Who>,
    hours: Vec<Time>,
    zone: TimeZone,
}

impl AbsenceFeeds {
    /// By a configuration in which [`crate::config::problems`] found nothing.
    #[must_use]
    pub fn new(people: People, web: Web, config: &Config) -> Self {
        let feed = |feed: &AbsenceFeedConfig| {
            let (hours, zone) = feed.hours(config);
            // A feed that names nobody was refused with the configuration.
            Feed { config: feed.clone(), who: feed.fixed_who().ok().flatten(), hours, zone }
        };
        let feeds: Vec<Feed> = config.absences.feeds.iter().map(feed).collect();
        let states = feeds.iter().map(|feed| (feed.config.name.clone(), FeedState::default())).collect();
        Self { inner: Arc::new(Inner { people, web, feeds, states: Mutex::new(states) }) }
    }

    /// How each stands, by its name.
    #[must_use]
    pub fn states(&self) -> BTreeMap<String, FeedState> {
        self.inner.states.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Feed {
    fn timeout(&self) -> Duration {
        Duration::from_millis(self.config.timeout_ms)
    }

    fn interval(&self) -> Duration {
        Duration::from_secs(self.config.interval_minutes.max(1) * 60)
    }
}
