//! Which prompts go when there are too many or they are too old: a decision, nothing more.

use std::time::{Duration, SystemTime};

/// What is known of a kept prompt.
#[derive(Clone, Debug)]
pub(in crate::tts) struct Kept<K> {
    pub(in crate::tts) key: K,
    pub(in crate::tts) bytes: u64,
    pub(in crate::tts) used: SystemTime,
}

/// The cache's bounds.
#[derive(Clone, Copy, Debug)]
pub(in crate::tts) struct Limits {
    pub(in crate::tts) max_bytes: u64,
    pub(in crate::tts) max_age: Duration,
}

/// A prompt used since then may be about to be played, and never goes.
pub(in crate::tts) const IN_USE: Duration = Duration::from_secs(600);

/// The prompts to delete, so that `room` more bytes fit: those not used for the maximum age, then, if the
/// rest is too much, those not used for longest, down to nine tenths so that it is not done for each.
pub(in crate::tts) fn evict<K>(kept: Vec<Kept<K>>, room: u64, limits: Limits, now: SystemTime) -> Vec<K> {
    // A time of use in the future (the clock was set back) counts as now.
    let idle = |one: &Kept<K>| now.duration_since(one.used).unwrap_or_default();
    let (expired, mut rest): (Vec<_>, Vec<_>) =
        kept.into_iter().partition(|one| idle(one) > limits.max_age && idle(one) > IN_USE);
    let mut total = rest.iter().map(|one| one.bytes).sum::<u64>().saturating_add(room);
    let mut gone: Vec<K> = expired.into_iter().map(|one| one.key).collect();
    if total <= limits.max_bytes {
        return gone;
    }
    rest.sort_by_key(|one| one.used);
    for one in rest {
        if total <= limits.max_bytes / 10 * 9 || idle(&one) <= IN_USE {
            break;
        }
        total = total.saturating_sub(one.bytes);
        gone.push(one.key);
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(minutes * 60)
    }

    fn kept(prompts: &[(u32, u64, u64)]) -> Vec<Kept<u32>> {
        prompts.iter().map(|(key, bytes, used)| Kept { key: *key, bytes: *bytes, used: at(*used) }).collect()
    }

    fn gone(prompts: &[(u32, u64, u64)], room: u64, now: u64) -> Vec<u32> {
        let limits = Limits { max_bytes: 100, max_age: Duration::from_secs(60000) };
        evict(kept(prompts), room, limits, at(now))
    }

    #[test]
    fn what_fits_stays() {
        assert!(gone(&[], 0, 0).is_empty());
        assert!(gone(&[(1, 50, 0), (2, 50, 0)], 0, 500).is_empty());
    }

    #[test]
    fn what_is_old_goes() {
        assert_eq!(gone(&[(1, 1, 0), (2, 1, 2)], 0, 1001), [1]);
    }

    #[test]
    fn the_longest_unused_go_first_down_to_nine_tenths() {
        assert_eq!(gone(&[(1, 40, 30), (2, 40, 10), (3, 40, 20)], 0, 100), [2]);
        assert_eq!(gone(&[(1, 10, 30), (2, 10, 10), (3, 75, 20)], 6, 100), [2, 3]);
    }

    #[test]
    fn what_is_in_use_stays_whatever_its_size() {
        assert!(gone(&[(1, 80, 95), (2, 80, 91)], 50, 100).is_empty());
        assert_eq!(gone(&[(1, 80, 95), (2, 80, 89)], 0, 100), [2]);
        assert!(gone(&[(1, 200, 2000)], 0, 100).is_empty(), "used in the future");
    }

    #[test]
    fn a_maximum_age_below_the_time_of_use_deletes_nothing_in_use() {
        let limits = Limits { max_bytes: 1, max_age: Duration::ZERO };
        assert!(evict(kept(&[(1, 1, 95)]), 0, limits, at(100)).is_empty());
        assert_eq!(evict(kept(&[(1, 1, 80)]), 0, limits, at(100)), [1]);
    }
}
