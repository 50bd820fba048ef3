//! What waits to be written: the latest row of each call, attempt and order, and the events, all bounded.

use std::{collections::VecDeque, sync::Arc};

use indexmap::{IndexMap, map::Entry};

use super::batch::{Batch, Count, Saved};
use crate::{
    model::Notice,
    storage::row::{Key, Row},
};

/// Rows and events of one transaction at most, so that each stays far below its deadline.
const BATCH_ROWS: usize = 1_000;
const BATCH_EVENTS: usize = 4_000;
/// Unwritten rows kept while the database is away: a quarter of an hour at 220 calls/s.
const MOST_ROWS: usize = 200_000;
/// Unwritten events kept while the database is away.
const MOST_EVENTS: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct Inbox {
    /// In the order of their first unwritten save; a later save of a row takes the earlier one's place.
    rows: IndexMap<Key, Saved>,
    events: VecDeque<Arc<Notice>>,
    /// Number of the last save.
    last: u64,
    /// Number of the last wish that the events be written now.
    wishes: u64,
}

impl Inbox {
    /// Takes a row; true if nothing waited before, so that the writer must be woken.
    pub(super) fn save(&mut self, row: Row) -> bool {
        self.last += 1;
        let was_empty = self.rows.is_empty();
        self.keep((self.last, row));
        was_empty
    }

    fn keep(&mut self, saved: Saved) {
        match self.rows.entry(saved.1.key()) {
            Entry::Occupied(mut known) if !known.get().1.is_final() => known.get_mut().1 = saved.1,
            Entry::Occupied(_) => {}
            Entry::Vacant(place) => _ = place.insert(saved),
        }
    }

    pub(super) fn event(&mut self, event: Arc<Notice>) {
        self.events.push_back(event);
    }

    /// Keeps the bounds: the oldest calls and events go; gives what went. The ledger's rows stay: there are no
    /// more of them than calls that we dialled, for nothing is dialled before its attempt is on disk.
    pub(super) fn trim(&mut self) -> Count {
        let mut calls = 0;
        let excess = self.rows.len().saturating_sub(MOST_ROWS);
        if excess > 0 {
            self.rows.retain(|key, _| {
                let goes = calls < excess && matches!(key, Key::Call(_));
                calls += usize::from(goes);
                !goes
            });
        }
        let events = self.events.len().saturating_sub(MOST_EVENTS);
        self.events.drain(..events);
        Count { calls, events, ..Count::default() }
    }

    pub(super) fn take(&mut self, with_events: bool) -> Batch {
        let rows = self.rows.len().min(BATCH_ROWS);
        let events = if with_events { self.events.len().min(BATCH_EVENTS) } else { 0 };
        Batch {
            is_full: self.rows.len() > rows || (with_events && self.events.len() > events),
            saved: self.rows.drain(..rows).map(|(_, saved)| saved).collect(),
            events: self.events.drain(..events).collect(),
        }
    }

    /// Takes back what could not be written; what was saved meanwhile is newer.
    pub(super) fn give_back(&mut self, batch: Batch) {
        let newer = std::mem::take(&mut self.rows);
        self.rows = batch.saved.into_iter().map(|saved| (saved.1.key(), saved)).collect();
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
        self.rows.first().map_or(self.last, |(_, (number, _))| number - 1)
    }

    pub(super) fn has_rows(&self) -> bool {
        !self.rows.is_empty()
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

    /// What waits.
    pub(super) fn depth(&self) -> Count {
        Count::of(self.rows.keys().copied(), self.events.len())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Value;
    use uuid::Uuid;

    use super::*;
    use crate::model::{
        Attempt, AttemptState, CallId, CallOrderId, CallRecord, CallState, ChannelId, Direction, NoticeKind,
        PhoneNumber, Position,
    };

    fn call(id: u128, visit: u32, state: CallState) -> Row {
        Row::Call(Arc::new(CallRecord {
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
            route: None,
            taken_up: 0,
        }))
    }

    fn attempt(number: u32, state: AttemptState) -> Row {
        let (id, phone) =
            (CallOrderId(Uuid::nil()).attempt(number), PhoneNumber::parse("101", None).unwrap());
        Row::Attempt(Arc::new(Attempt { state, ..Attempt::new(id, phone, "", "", Timestamp::UNIX_EPOCH) }))
    }

    fn event(id: i64) -> Arc<Notice> {
        let at = Timestamp::UNIX_EPOCH;
        Arc::new(Notice { id, at, kind: NoticeKind::CallKey, call: None, data: Value::Null })
    }

    fn visits(batch: &Batch) -> Vec<u32> {
        let visit = |row: &Row| match row {
            Row::Call(record) => Some(record.position.visit),
            _ => None,
        };
        batch.saved.iter().filter_map(|(_, row)| visit(row)).collect()
    }

    #[test]
    fn the_latest_record_of_a_call_is_written_once() {
        let mut inbox = Inbox::default();
        assert!(inbox.save(call(1, 1, CallState::Live)));
        assert!(!inbox.save(call(2, 7, CallState::Live)));
        assert!(!inbox.save(call(1, 2, CallState::Live)));
        assert_eq!(visits(&inbox.take(true)), [2, 7]);
        assert_eq!(inbox.depth(), Count::default());
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
        for id in (0..).take(BATCH_ROWS + 5) {
            inbox.save(call(id, 1, CallState::Live));
        }
        let first = inbox.take(true);
        assert!(first.is_full);
        assert_eq!(inbox.written(), BATCH_ROWS as u64);
        assert!(!inbox.take(true).is_full);
        assert_eq!(inbox.written(), inbox.last());
    }

    #[test]
    fn too_much_drops_the_oldest() {
        let mut inbox = Inbox::default();
        (0_i64..).take(MOST_EVENTS + 3).for_each(|id| inbox.event(event(id)));
        assert_eq!(inbox.trim(), Count { events: 3, ..Count::default() });
        assert_eq!(inbox.take(true).events.first().map(|e| e.id), Some(3));
        let mut inbox = Inbox::default();
        inbox.save(attempt(1, AttemptState::Dialled));
        (0..).take(MOST_ROWS + 2).for_each(|id| _ = inbox.save(call(id, 1, CallState::Live)));
        assert_eq!(inbox.trim(), Count { calls: 3, ..Count::default() });
        let left = Count { calls: MOST_ROWS - 1, attempts: 1, ..Count::default() };
        assert_eq!(inbox.depth(), left, "an attempt is never dropped");
        assert_eq!(inbox.written(), 0, "and is still to be written");
    }

    #[test]
    fn an_attempt_goes_with_the_calls_that_were_saved_before_it() {
        let mut inbox = Inbox::default();
        inbox.save(call(1, 1, CallState::Live));
        inbox.save(attempt(1, AttemptState::Dialled));
        inbox.save(attempt(1, AttemptState::Ended));
        inbox.save(attempt(1, AttemptState::Ringing));
        let batch = inbox.take(false);
        assert_eq!(batch.count(), Count { calls: 1, attempts: 1, ..Count::default() });
        assert!(batch.rows()[1].is_final(), "an end is not replaced");
        assert_eq!(inbox.written(), 4);
    }
}
