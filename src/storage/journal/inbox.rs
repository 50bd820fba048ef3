//! What waits to be written: the latest record of each call, and the events, both bounded.

use std::{collections::VecDeque, sync::Arc};

use indexmap::{IndexMap, map::Entry};

use crate::{
    model::{CallId, CallRecord, Notice},
    storage::calls::is_final,
};

/// Calls and events of one transaction at most, so that each stays far below its deadline.
const BATCH_CALLS: usize = 1_000;
const BATCH_EVENTS: usize = 4_000;
/// Unwritten calls kept while the database is away: a quarter of an hour at 220 calls/s.
const MOST_CALLS: usize = 200_000;
/// Unwritten events kept while the database is away.
const MOST_EVENTS: usize = 100_000;

/// A record and the number of the first save that it stands for.
type Saved = (u64, Arc<CallRecord>);

#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// In the order of their first unwritten save; a later save of a call takes the earlier one's place.
    calls: IndexMap<CallId, Saved>,
    events: VecDeque<Arc<Notice>>,
    /// Number of the last save.
    last: u64,
    /// Number of the last wish that the events be written now.
    wishes: u64,
}

/// What one transaction writes.
#[derive(Debug, Default)]
pub(super) struct Batch {
    saved: Vec<Saved>,
    pub(super) events: Vec<Arc<Notice>>,
    /// There was more than fits.
    pub(super) is_full: bool,
}

/// What had to go because nothing was written for too long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Dropped {
    pub(super) calls: usize,
    pub(super) events: usize,
}

impl Inbox {
    /// Takes a record; true if nothing waited before, so that the writer must be woken.
    pub(super) fn save(&mut self, record: Arc<CallRecord>) -> bool {
        self.last += 1;
        let was_empty = self.calls.is_empty();
        self.keep((self.last, record));
        was_empty
    }

    fn keep(&mut self, saved: Saved) {
        match self.calls.entry(saved.1.id) {
            Entry::Occupied(mut known) if !is_final(&known.get().1) => known.get_mut().1 = saved.1,
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => _ = place.insert(saved),
        }
    }

    pub(super) fn event(&mut self, event: Arc<Notice>) {
        self.events.push_back(event);
    }

    /// Keeps the bounds: the oldest go.
    pub(super) fn trim(&mut self) -> Dropped {
        let calls = self.calls.len().saturating_sub(MOST_CALLS);
        let events = self.events.len().saturating_sub(MOST_EVENTS);
        self.calls.drain(..calls);
        self.events.drain(..events);
        Dropped { calls, events }
    }

    pub(super) fn take(&mut self, with_events: bool) -> Batch {
        let calls = self.calls.len().min(BATCH_CALLS);
        let events = if with_events { self.events.len().min(BATCH_EVENTS) } else { 0 };
        Batch {
            is_full: self.calls.len() > calls || (with_events && self.events.len() > events),
            saved: self.calls.drain(..calls).map(|(_, saved)| saved).collect(),
            events: self.events.drain(..events).collect(),
        }
    }

    /// Takes back what could not be written; what was saved meanwhile is newer.
    pub(super) fn give_back(&mut self, batch: Batch) {
        let newer = std::mem::take(&mut self.calls);
        self.calls = batch.saved.into_iter().map(|saved| (saved.1.id, saved)).collect();
        newer.into_values().for_each(|saved| self.keep(saved));
        for event in batch.events.into_iter().rev() {
            self.events.push_front(event);
        }
    }

    /// Number of the last save.
    pub(super) fn last(&self) -> u64 {
        self.last
    }

    /// Every save up to this number is written, if nothing is in a writer's hands.
    pub(super) fn written(&self) -> u64 {
        self.calls.first().map_or(self.last, |(_, (number, _))| number - 1)
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.calls.is_empty()
    }

    /// As many events wait as one transaction takes.
    pub(super) fn has_many_events(&self) -> bool {
        self.events.len() >= BATCH_EVENTS
    }

    /// Asks for the events to be written without delay; gives the number of this wish.
    pub(super) fn wish_events(&mut self) -> u64 {
        self.wishes += 1;
        self.wishes
    }

    /// Number of the last such wish.
    pub(super) fn wishes(&self) -> u64 {
        self.wishes
    }

    /// Unwritten calls and events.
    pub(super) fn depth(&self) -> (usize, usize) {
        (self.calls.len(), self.events.len())
    }
}

impl Batch {
    pub(super) fn calls(&self) -> Vec<Arc<CallRecord>> {
        self.saved.iter().map(|(_, record)| Arc::clone(record)).collect()
    }

    /// Batches of one row each: to find the row that the database refuses.
    pub(super) fn singles(self) -> Vec<Self> {
        let calls = self.saved.into_iter().map(|saved| Self { saved: vec![saved], ..Self::default() });
        let events = self.events.into_iter().map(|event| Self { events: vec![event], ..Self::default() });
        calls.chain(events).collect()
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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;
    use crate::model::{CallState, ChannelId, Direction, NoticeKind, Position};

    fn call(id: u128, visit: u32, state: CallState) -> Arc<CallRecord> {
        Arc::new(CallRecord {
            id: CallId(Uuid::from_u128(id)),
            channel: ChannelId::from("1.1"),
            direction: Direction::Inbound,
            state,
            caller: None,
            caller_name: None,
            called: None,
            gateway: None,
            language: "en".to_owned(),
            position: Position { visit, ..Position::default() },
            started_at: Timestamp::UNIX_EPOCH,
            answered_at: None,
            ended_at: None,
            disposition: None,
            cause: None,
            tech_cause: None,
            detail: None,
            taken_up: 0,
        })
    }

    fn event(id: i64) -> Arc<Notice> {
        let at = Timestamp::UNIX_EPOCH;
        Arc::new(Notice { id, at, kind: NoticeKind::CallKey, call: None, data: Value::Null })
    }

    fn visits(batch: &Batch) -> Vec<u32> {
        batch.saved.iter().map(|(_, r)| r.position.visit).collect()
    }

    #[test]
    fn the_latest_record_of_a_call_is_written_once() {
        let mut inbox = Inbox::default();
        assert!(inbox.save(call(1, 1, CallState::Live)));
        assert!(!inbox.save(call(2, 7, CallState::Live)));
        assert!(!inbox.save(call(1, 2, CallState::Live)));
        assert_eq!(visits(&inbox.take(true)), [2, 7]);
        assert_eq!(inbox.depth(), (0, 0));
    }

    #[test]
    fn events_wait_for_their_turn() {
        let mut inbox = Inbox::default();
        inbox.save(call(1, 1, CallState::Live));
        inbox.event(event(1));
        let positions = inbox.take(false);
        assert_eq!((visits(&positions), positions.events.len(), positions.is_full), (vec![1], 0, false));
        assert_eq!(inbox.take(true).events.len(), 1);
    }

    #[test]
    fn an_end_is_not_replaced() {
        let mut inbox = Inbox::default();
        inbox.save(call(1, 2, CallState::Ended));
        inbox.save(call(1, 3, CallState::Live));
        let failed = inbox.take(true);
        inbox.save(call(1, 4, CallState::Live));
        inbox.give_back(failed);
        assert_eq!(visits(&inbox.take(true)), [2]);
    }

    #[test]
    fn a_failed_batch_comes_first_again_and_newer_records_stay() {
        let mut inbox = Inbox::default();
        inbox.save(call(1, 1, CallState::Live));
        inbox.save(call(2, 1, CallState::Live));
        inbox.event(event(1));
        let failed = inbox.take(true);
        inbox.save(call(2, 2, CallState::Live));
        inbox.save(call(3, 3, CallState::Live));
        inbox.event(event(2));
        inbox.give_back(failed);
        assert_eq!(inbox.written(), 0);
        let again = inbox.take(true);
        assert_eq!(visits(&again), [1, 2, 3]);
        assert_eq!(again.events.iter().map(|e| e.id).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(inbox.written(), 4);
    }

    #[test]
    fn written_counts_from_the_first_unwritten_save() {
        let mut inbox = Inbox::default();
        for id in (0..).take(BATCH_CALLS + 5) {
            inbox.save(call(id, 1, CallState::Live));
        }
        let first = inbox.take(true);
        assert!(first.is_full);
        assert_eq!(inbox.written(), BATCH_CALLS as u64);
        assert!(!inbox.take(true).is_full);
        assert_eq!(inbox.written(), inbox.last());
    }

    #[test]
    fn too_much_drops_the_oldest() {
        let mut inbox = Inbox::default();
        (0_i64..).take(MOST_EVENTS + 3).for_each(|id| inbox.event(event(id)));
        assert_eq!(inbox.trim(), Dropped { calls: 0, events: 3 });
        assert_eq!(inbox.take(true).events.first().map(|e| e.id), Some(3));
        (0..).take(MOST_CALLS + 2).for_each(|id| _ = inbox.save(call(id, 1, CallState::Live)));
        assert_eq!(inbox.trim().calls, 2);
        assert_eq!(inbox.depth().0, MOST_CALLS);
    }
}
