//! Answers of somebody else's server, kept for a short while by what was asked; bounded by their size.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    time::Duration,
};

use tokio::time::Instant;

/// Bytes of all answers together at most (as they came; what is kept is somewhat more).
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// What an answer costs beside its own bytes.
const EACH: usize = 256;

#[derive(Debug)]
struct Kept<V> {
    answer: V,
    bytes: usize,
    until: Instant,
}

#[derive(Debug)]
pub(super) struct Cache<K, V> {
    time: Duration,
    bytes: usize,
    kept: HashMap<K, Kept<V>>,
    /// In the order in which they end; one that was replaced is in it twice.
    ends: VecDeque<(Instant, K)>,
}

impl<K: Clone + Eq + Hash, V: Clone> Cache<K, V> {
    pub(super) fn new(time: Duration) -> Self {
        Self { time, bytes: 0, kept: HashMap::new(), ends: VecDeque::new() }
    }

    pub(super) fn get(&self, key: &K, now: Instant) -> Option<V> {
        self.kept.get(key).filter(|kept| kept.until > now).map(|kept| kept.answer.clone())
    }

    /// Keeps an answer that had so many bytes; the oldest ones make room.
    pub(super) fn put(&mut self, key: &K, answer: &V, bytes: usize, now: Instant) {
        let bytes = bytes + EACH;
        while self.ends.front().is_some_and(|(end, _)| *end <= now || self.bytes + bytes > MOST_BYTES) {
            self.drop_first();
        }
        if self.time.is_zero() || bytes > MOST_BYTES {
            return;
        }
        let until = now + self.time;
        let kept = Kept { answer: answer.clone(), bytes, until };
        if let Some(old) = self.kept.insert(key.clone(), kept) {
            self.bytes -= old.bytes;
        }
        self.bytes += bytes;
        self.ends.push_back((until, key.clone()));
    }

    fn drop_first(&mut self) {
        let Some((end, key)) = self.ends.pop_front() else { return };
        if self.kept.get(&key).is_some_and(|kept| kept.until == end)
            && let Some(kept) = self.kept.remove(&key)
        {
            self.bytes -= kept.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Lists = Cache<usize, Vec<u8>>;

    #[test]
    fn kept_for_its_time() {
        let (mut cache, now) = (Lists::new(Duration::from_secs(10)), Instant::now());
        cache.put(&1, &Vec::new(), 100, now);
        assert_eq!(cache.get(&1, now + Duration::from_secs(9)), Some(Vec::new()));
        assert_eq!(cache.get(&1, now + Duration::from_secs(10)), None);
        assert_eq!(cache.get(&2, now), None);
    }

    #[test]
    fn expired_answers_leave_and_replaced_ones_count_once() {
        let (mut cache, now) = (Lists::new(Duration::from_secs(10)), Instant::now());
        cache.put(&1, &Vec::new(), 100, now);
        cache.put(&1, &Vec::new(), 300, now + Duration::from_secs(5));
        assert_eq!(cache.bytes, 300 + EACH);
        cache.put(&2, &Vec::new(), 0, now + Duration::from_secs(12));
        assert!(cache.get(&1, now + Duration::from_secs(12)).is_some());
        cache.put(&3, &Vec::new(), 0, now + Duration::from_secs(30));
        assert_eq!((cache.kept.len(), cache.ends.len(), cache.bytes), (1, 1, EACH));
    }

    #[test]
    fn the_oldest_make_room() {
        let (mut cache, now) = (Lists::new(Duration::from_secs(10)), Instant::now());
        let size = MOST_BYTES / 10;
        (0..50).for_each(|n| cache.put(&n, &Vec::new(), size, now));
        assert!(cache.bytes <= MOST_BYTES);
        assert_eq!(cache.get(&0, now), None);
        assert!(cache.get(&49, now).is_some());
        cache.put(&99, &Vec::new(), MOST_BYTES, now);
        assert_eq!(cache.get(&99, now), None);
    }

    #[test]
    fn no_time_keeps_nothing() {
        let (mut cache, now) = (Lists::new(Duration::ZERO), Instant::now());
        cache.put(&1, &Vec::new(), 1, now);
        assert_eq!((cache.kept.len(), cache.ends.len()), (0, 0));
    }
}
