//! Rate limits, by key (a token, an address) or for all together: governor, bounded in memory.

use std::{
    hash::Hash,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    DefaultDirectRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    middleware::NoOpMiddleware,
    state::keyed::DashMapStateStore,
};

/// Keys are counted, and those at rest forgotten, once in so many checks.
const SWEEP_EVERY: u32 = 1024;

type Keyed<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, NoOpMiddleware>;

/// So many cells per time and key, with a burst. A cell that does not fit is refused, never delayed.
#[derive(Debug)]
pub struct Limiter<K: Hash + Eq + Clone> {
    keyed: Keyed<K>,
    /// What all keys share once there are too many of them: an attacker with a million addresses
    /// costs no memory.
    overflow: DefaultDirectRateLimiter,
    max_keys: usize,
    checks: AtomicU32,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// `rate` per second and key, `burst` at once; zeros count as one.
    #[must_use]
    pub fn per_second(rate: u32, burst: u32, max_keys: usize) -> Self {
        Self::new(Quota::per_second(at_least_one(rate)).allow_burst(at_least_one(burst)), max_keys)
    }

    /// `rate` per minute and key, all of them at once if need be; zero counts as one.
    #[must_use]
    pub fn per_minute(rate: u32, max_keys: usize) -> Self {
        Self::new(Quota::per_minute(at_least_one(rate)), max_keys)
    }

    fn new(quota: Quota, max_keys: usize) -> Self {
        Self {
            keyed: RateLimiter::dashmap(quota),
            overflow: RateLimiter::direct(quota),
            max_keys,
            checks: AtomicU32::new(0),
            clock: DefaultClock::default(),
        }
    }

    /// Takes one cell of `key`.
    ///
    /// # Errors
    /// How long until one is free.
    pub fn check(&self, key: &K) -> Result<(), Duration> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.keyed.retain_recent();
            self.keyed.shrink_to_fit();
        }
        let now = self.clock.now();
        if self.keyed.len() >= self.max_keys {
            return self.overflow.check().map_err(|until| until.wait_time_from(now));
        }
        self.keyed.check_key(key).map_err(|until| until.wait_time_from(now))
    }

    /// Keys held in memory.
    #[must_use]
    pub fn keys(&self) -> usize {
        self.keyed.len()
    }
}

/// How many may begin in a second, all together; what is above it is refused, never delayed.
#[derive(Debug)]
pub struct Rate(Option<DefaultDirectRateLimiter>);

impl Rate {
    /// `rate` per second, of which a quarter may come at once. 0: no limit.
    #[must_use]
    pub fn per_second(rate: u32) -> Self {
        let quota = |rate: NonZeroU32| Quota::per_second(rate).allow_burst(at_least_one(rate.get() / 4));
        Self(NonZeroU32::new(rate).map(|rate| RateLimiter::direct(quota(rate))))
    }

    /// Whether one more may begin now; if so, it counts.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.0.as_ref().is_none_or(|limiter| limiter.check().is_ok())
    }
}

fn at_least_one(n: u32) -> NonZeroU32 {
    NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_burst_and_no_more() {
        let limiter = Limiter::per_minute(3, 100);
        for _ in 0..3 {
            assert_eq!(limiter.check(&"a"), Ok(()));
        }
        let wait = limiter.check(&"a");
        assert!(wait.is_err_and(|w| w > Duration::ZERO && w <= Duration::from_secs(20)), "{wait:?}");
        assert_eq!(limiter.check(&"b"), Ok(()), "another key has its own");
    }

    #[test]
    fn a_rate_for_all() {
        let rate = Rate::per_second(8);
        assert_eq!((0..100).filter(|_| rate.has_room()).count(), 2);
        assert!((0..100_000).all(|_| Rate::per_second(0).has_room()));
    }

    #[test]
    fn keys_are_bounded_and_the_rest_share_one_limit() {
        let limiter = Limiter::per_minute(2, 10);
        let passed = (0..1_000).filter(|n| limiter.check(n).is_ok()).count();
        assert_eq!(limiter.keys(), 10);
        assert_eq!(passed, 12, "ten keys of their own and two cells for all others");
    }
}
