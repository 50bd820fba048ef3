//! Answers of the customer's endpoint, kept for a short while, by telephone number; bounded by their size.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use tokio::time::Instant;

use crate::model::{Order, PhoneNumber};

/// Bytes of all answers together at most (as they came; what is kept is somewhat more).
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// What an answer costs beside its own bytes.
const EACH: usize = 256;

#[derive(Debug)]
struct Kept {
    orders: Vec<Order>,
    bytes: usize,
    until: Instant,
}

#[derive(Debug)]
pub(super) struct Cache {
    time: Duration,
    bytes: usize,
    kept: HashMap<PhoneNumber, Kept>,
    /// In the order in which they end; one that was replaced is in it twice.
    ends: VecDeque<(Instant, PhoneNumber)>,
}

impl Cache {
    pub(super) fn new(time: Duration) -> Self {
        Self { time, bytes: 0, kept: HashMap::new(), ends: VecDeque::new() }
    }

    pub(super) fn get(&self, phone: &PhoneNumber, now: Instant) -> Option<Vec<Order>> {
        self.kept.get(phone).filter(|kept| kept.until > now).map(|kept| kept.orders.clone())
    }

    /// Keeps an answer that had so many bytes; the oldest ones make room.
    pub(super) fn put(&mut self, phone: &PhoneNumber, orders: &[Order], bytes: usize, now: Instant) {
        let bytes = bytes + EACH;
        while self.ends.front().is_some_and(|(end, _)| *end <= now || self.bytes + bytes > MOST_BYTES) {
            self.drop_first();
        }
        if self.time.is_zero() || bytes > MOST_BYTES {
            return;
        }
        let until = now + self.time;
        let kept = Kept { orders: orders.to_vec(), bytes, until };
        if let Some(old) = self.kept.insert(phone.clone(), kept) {
            self.bytes -= old.bytes;
        }
        self.bytes += bytes;
        self.ends.push_back((until, phone.clone()));
    }

    fn drop_first(&mut self) {
        let Some((end, phone)) = self.ends.pop_front() else { return };
        if self.kept.get(&phone).is_some_and(|kept| kept.until == end)
            && let Some(kept) = self.kept.remove(&phone)
        {
            self.bytes -= kept.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(number: usize) -> PhoneNumber {
        PhoneNumber::parse(&format!("{number:04}"), None).unwrap()
    }

    #[test]
    fn kept_for_its_time() {
        let (mut cache, now) = (Cache::new(Duration::from_secs(10)), Instant::now());
        cache.put(&phone(1), &[], 100, now);
        assert_eq!(cache.get(&phone(1), now + Duration::from_secs(9)), Some(Vec::new()));
        assert_eq!(cache.get(&phone(1), now + Duration::from_secs(10)), None);
        assert_eq!(cache.get(&phone(2), now), None);
    }

    #[test]
    fn expired_answers_leave_and_replaced_ones_count_once() {
        let (mut cache, now) = (Cache::new(Duration::from_secs(10)), Instant::now());
        cache.put(&phone(1), &[], 100, now);
        cache.put(&phone(1), &[], 300, now + Duration::from_secs(5));
        assert_eq!(cache.bytes, 300 + EACH);
        cache.put(&phone(2), &[], 0, now + Duration::from_secs(12));
        assert!(cache.get(&phone(1), now + Duration::from_secs(12)).is_some());
        cache.put(&phone(3), &[], 0, now + Duration::from_secs(30));
        assert_eq!((cache.kept.len(), cache.ends.len(), cache.bytes), (1, 1, EACH));
    }

    #[test]
    fn the_oldest_make_room() {
        let (mut cache, now) = (Cache::new(Duration::from_secs(10)), Instant::now());
        let size = MOST_BYTES / 10;
        (0..50).for_each(|n| cache.put(&phone(n), &[], size, now));
        assert!(cache.bytes <= MOST_BYTES);
        assert_eq!(cache.get(&phone(0), now), None);
        assert!(cache.get(&phone(49), now).is_some());
        cache.put(&phone(99), &[], MOST_BYTES, now);
        assert_eq!(cache.get(&phone(99), now), None);
    }

    #[test]
    fn no_time_keeps_nothing() {
        let (mut cache, now) = (Cache::new(Duration::ZERO), Instant::now());
        cache.put(&phone(1), &[], 1, now);
        assert_eq!((cache.kept.len(), cache.ends.len()), (0, 0));
    }
}
