//! What one transaction of the journal writes, and how much of it there is by kind.

use std::sync::Arc;

use crate::{
    model::Notice,
    storage::row::{Key, Row},
};

/// A row and the number of the first save that it stands for.
pub(super) type Saved = (u64, Row);

/// What one transaction writes.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) saved: Vec<Saved>,
    pub(super) events: Vec<Arc<Notice>>,
    /// There was more than fits.
    pub(super) is_full: bool,
}

/// How much waits, goes or is written, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) calls: usize,
    pub(super) attempts: usize,
    pub(super) orders: usize,
    pub(super) events: usize,
}

impl Count {
    pub(super) fn of(keys: impl Iterator<Item = Key>, events: usize) -> Self {
        let mut count = Self { events, ..Self::default() };
        for key in keys {
            match key {
                Key::Call(_) => count.calls += 1,
                Key::Attempt(_) => count.attempts += 1,
                Key::Order(_) => count.orders += 1,
            }
        }
        count
    }

    /// Each number with its kind's word for metrics.
    pub(super) fn by_kind(self) -> [(&'static str, usize); 4] {
        let Self { calls, attempts, orders, events } = self;
        [("calls", calls), ("attempts", attempts), ("call_orders", orders), ("events", events)]
    }
}

impl Batch {
    pub(super) fn rows(&self) -> Vec<Row> {
        self.saved.iter().map(|(_, row)| row.clone()).collect()
    }

    pub(super) fn count(&self) -> Count {
        Count::of(self.saved.iter().map(|(_, row)| row.key()), self.events.len())
    }

    /// The row of a batch that is one of [`Batch::singles`].
    pub(super) fn key(&self) -> Option<Key> {
        self.saved.first().map(|(_, row)| row.key())
    }

    /// Batches of one row each: to find the row that the database refuses.
    pub(super) fn singles(self) -> Vec<Self> {
        let rows = self.saved.into_iter().map(|saved| Self { saved: vec![saved], ..Self::default() });
        let events = self.events.into_iter().map(|event| Self { events: vec![event], ..Self::default() });
        rows.chain(events).collect()
    }
}

impl FromIterator<Batch> for Batch {
    fn from_iter<I: IntoIterator<Item = Self>>(batches: I) -> Self {
        let mut all = Self::default();
        for batch in batches {
            all.saved.extend(batch.saved);
            all.events.extend(batch.events);
        }
        all
    }
}
