//! What stands around everything that is asked while somebody waits: a cache, a circuit breaker, room, a deadline.

use std::{
    future::Future,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{
    SourceError,
    breaker::{Limits, State},
    cache::Cache,
};

/// Requests at once; further ones wait, within their timeout.
const MOST_AT_ONCE: usize = 64;

/// How long and how often something may be asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) timeout: Duration,
    pub(super) cache: Duration,
    pub(super) breaker: Limits,
}

/// Around one source.
#[derive(Debug)]
pub(super) struct Guard<K, V> {
    /// As its configuration is called.
    name: String,
    timeout: Duration,
    limits: Limits,
    slots: Semaphore,
    breaker: Mutex<State>,
    cache: Mutex<Cache<K, V>>,
}

/// What came of a question.
#[derive(Debug)]
pub(super) struct Asked<V> {
    pub(super) answer: Result<V, SourceError>,
    /// How long the source took; `None`: it was not asked.
    pub(super) took: Option<Duration>,
}

impl<V> Asked<V> {
    /// A short word for metrics.
    pub(super) fn word(&self) -> &'static str {
        match (&self.answer, self.took) {
            (Ok(_), None) => "cached",
            (Ok(_), Some(_)) => "ok",
            (Err(error), _) => error.word(),
        }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Guard<K, V> {
    pub(super) fn new(name: String, bounds: Bounds) -> Self {
        Self {
            name,
            timeout: bounds.timeout,
            limits: bounds.breaker,
            slots: Semaphore::new(MOST_AT_ONCE),
            breaker: Mutex::new(State::Closed(0)),
            cache: Mutex::new(Cache::new(bounds.cache)),
        }
    }

    /// Gives what was answered a moment ago, or does `work`, which gives the answer and its size in bytes.
    pub(super) async fn ask(
        &self,
        key: &K,
        work: impl Future<Output = Result<(V, usize), SourceError>>,
    ) -> Asked<V> {
        let began = Instant::now();
        if let Some(kept) = with(&self.cache, |cache| cache.get(key, began)) {
            return Asked { answer: Ok(kept), took: None };
        }
        let may_ask = with(&self.breaker, |state| {
            let (may_ask, next) = state.ask(began, &self.limits);
            *state = next;
            may_ask
        });
        if !may_ask {
            return Asked { answer: Err(SourceError::Open), took: None };
        }
        let in_turn = async {
            let _slot = self.slots.acquire().await.map_err(|_| SourceError::Open)?;
            work.await
        };
        let answer = timeout(self.timeout, in_turn).await.unwrap_or(Err(SourceError::Timeout));
        let ended = Instant::now();
        self.note_end(answer.is_ok(), ended);
        let answer = answer.map(|(answer, bytes)| {
            with(&self.cache, |cache| cache.put(key, &answer, bytes, ended));
            answer
        });
        Asked { answer, took: Some(ended - began) }
    }

    fn note_end(&self, is_success: bool, now: Instant) {
        let (old, new) = with(&self.breaker, |state| {
            let old = *state;
            *state = old.after(is_success, now, &self.limits);
            (old, *state)
        });
        let source = &self.name;
        match (old, new) {
            (State::Closed(_), State::Open(_)) => {
                let seconds = self.limits.open_for.as_secs();
                tracing::warn!(source, seconds, "it fails and is left alone");
            }
            (State::HalfOpen(_), State::Closed(_)) => tracing::info!(source, "it answers again"),
            _ => {}
        }
    }
}

fn with<T, R>(mutex: &Mutex<T>, work: impl FnOnce(&mut T) -> R) -> R {
    work(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}
