//! The timetables as they are kept: read, changed, published, retired; each change is told on the feed.

mod edits;
mod error;
mod staff;
mod weeks;

use std::{collections::BTreeMap, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;

pub use edits::{By, NewTable};
pub use error::TimetableError;
pub use staff::{Crew, Staff};

use super::planning::{Running, Solver};
use crate::{
    config::{Config, TimetableConfig},
    feed::Feed,
    model::{NoticeKind, Sheet, Timetable},
    storage::Store,
};

/// All timetables of the configuration. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Timetables(Arc<Inner>);

pub(super) struct Inner {
    pub(super) store: Store,
    pub(super) feed: Feed,
    pub(super) kinds: BTreeMap<String, Kind>,
    pub(super) staff: Arc<dyn Staff>,
    pub(super) solver: Arc<dyn Solver>,
    /// Plannings that run now.
    pub(super) running: Running,
}

/// One `[timetables.NAME]`.
pub(super) struct Kind {
    pub(super) config: TimetableConfig,
    pub(super) zone: TimeZone,
}

impl Timetables {
    /// Over an open store.
    #[must_use]
    pub fn new(
        store: Store,
        feed: Feed,
        config: &Config,
        staff: Arc<dyn Staff>,
        solver: Arc<dyn Solver>,
    ) -> Self {
        let kinds = config.timetables.iter().map(|(name, timetable)| {
            let kind = Kind { config: timetable.clone(), zone: timetable.zone(config) };
            (name.clone(), kind)
        });
        let running = Running::default();
        Self(Arc::new(Inner { store, feed, kinds: kinds.collect(), staff, solver, running }))
    }

    /// The names of all, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.kinds.keys().map(String::as_str)
    }

    /// The settings of one.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn settings(&self, name: &str) -> Result<&TimetableConfig, TimetableError> {
        self.kind(name).map(|kind| &kind.config)
    }

    /// The zone of a timetable's hours.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn zone(&self, name: &str) -> Result<&TimeZone, TimetableError> {
        self.kind(name).map(|kind| &kind.zone)
    }

    pub(super) fn kind(&self, name: &str) -> Result<&Kind, TimetableError> {
        self.0.kinds.get(name).ok_or_else(|| {
            let known: Vec<&str> = self.names().collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            TimetableError::Unknown { name: name.to_owned(), known }
        })
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Tells that a table is another one now.
    pub(super) fn tell(&self, name: &str, sheet: Sheet, what: &str, by: &str) {
        let data = json!({ "timetable": name, "week": sheet.to_string(), "what": what, "by": by });
        self.0.feed.post(NoticeKind::TimetableChanged, None, data);
    }
}

impl Kind {
    /// A table of this timetable in which nothing is decided. The forced shifts begin with one line.
    pub(super) fn empty(&self, name: &str, sheet: Sheet) -> Timetable {
        let lines = if sheet == Sheet::Forced { 1 } else { self.config.lines };
        Timetable::empty(name, sheet.week(), &self.config.days, &self.config.hours, lines)
    }
}

/// A time as the store keeps it: whole microseconds.
pub(super) fn stored(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)
}
