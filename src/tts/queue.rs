//! The line of texts before a voice: bounded, first come first served, one rendering for one text.

use std::{
    collections::HashMap,
    future::Future,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use futures_util::{
    FutureExt as _,
    future::{BoxFuture, Shared, WeakShared},
};
use metrics::gauge;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::{SpeechError, key::Key};

/// What all who wait for one text get: its length, or why there is none.
pub(super) type Outcome = Result<Duration, SpeechError>;

/// A rendering that several may wait for. It moves as long as somebody waits, and ends with the last one
/// who does: nothing is spawned, so nothing is left behind.
pub(super) type Rendering = Shared<BoxFuture<'static, Outcome>>;

/// The line.
#[derive(Debug)]
pub(super) struct Queue {
    /// Places at the voice. Its waiters are served in their order.
    working: Semaphore,
    /// Places in the line, those at the voice included.
    waiting: Semaphore,
    most: usize,
    under_way: Mutex<HashMap<Key, WeakShared<BoxFuture<'static, Outcome>>>>,
}

/// A place at the voice; dropping it lets the next one in.
#[derive(Debug)]
pub(super) struct Place<'a> {
    _working: SemaphorePermit<'a>,
    _waiting: InLine<'a>,
}

/// A place in the line, counted.
#[derive(Debug)]
struct InLine<'a>(#[allow(dead_code, reason = "held, not read")] SemaphorePermit<'a>);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        gauge!("stasisd_speech_queue").decrement(1);
    }
}

impl Queue {
    /// A line of `queue` texts before a voice that takes `workers` at a time.
    pub(super) fn new(workers: usize, queue: usize) -> Self {
        let workers = workers.clamp(1, 1024);
        let most = queue.min(1 << 20) + workers;
        Self {
            working: Semaphore::new(workers),
            waiting: Semaphore::new(most),
            most,
            under_way: Mutex::default(),
        }
    }

    /// Waits for a place at the voice. The caller sets the deadline.
    pub(super) async fn place(&self) -> Result<Place<'_>, SpeechError> {
        let full = SpeechError::QueueFull { waiting: self.most };
        let waiting = self.waiting.try_acquire().map_err(|_| full.clone())?;
        gauge!("stasisd_speech_queue").increment(1);
        let waiting = InLine(waiting);
        let working = self.working.acquire().await.map_err(|_| full)?;
        Ok(Place { _working: working, _waiting: waiting })
    }

    /// The rendering of a text: the one that is under way, or the one that `begin` makes.
    pub(super) fn share<F>(&self, key: Key, begin: impl FnOnce() -> F) -> Rendering
    where
        F: Future<Output = Outcome> + Send + 'static,
    {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(rendering) = under_way.get(&key).and_then(WeakShared::upgrade)
            // One that is done is in the cache, or failed and may be tried again.
            && rendering.peek().is_none()
        {
            return rendering;
        }
        // Forgets those that nobody waits for, before the map grows.
        if under_way.len() >= 2 * self.most {
            under_way.retain(|_, rendering| rendering.upgrade().is_some());
        }
        let rendering = begin().boxed().shared();
        if let Some(weak) = rendering.downgrade() {
            under_way.insert(key, weak);
        }
        rendering
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use futures_util::future::join_all;

    use super::*;

    #[tokio::test]
    async fn one_rendering_for_one_text() {
        let (queue, key, begun) = (Queue::new(1, 1), Key::of(&["x"]), Arc::new(AtomicUsize::new(0)));
        let share = || {
            let begun = begun.clone();
            queue.share(key, || async move {
                begun.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(Duration::from_secs(1))
            })
        };
        let all: Vec<_> = (0..50).map(|_| share()).collect();
        assert!(join_all(all).await.iter().all(|outcome| *outcome == Ok(Duration::from_secs(1))));
        assert_eq!(begun.load(Ordering::SeqCst), 1);
        share().await.unwrap();
        assert_eq!(begun.load(Ordering::SeqCst), 2, "the one that is done is not asked again");
    }

    #[tokio::test]
    async fn it_goes_on_when_the_first_who_asked_leaves_and_ends_with_the_last() {
        struct Ended(Arc<AtomicUsize>);
        impl Drop for Ended {
            fn drop(&mut self) {
                self.0.fetch_add(1, Ordering::SeqCst);
            }
        }
        let (queue, ended) = (Queue::new(1, 1), Arc::new(AtomicUsize::new(0)));
        let (open, gate) = tokio::sync::oneshot::channel::<()>();
        let guard = Ended(ended.clone());
        let first = queue.share(Key::of(&["x"]), || async move {
            let _guard = guard;
            let _ = gate.await;
            Ok(Duration::ZERO)
        });
        let second = queue.share(Key::of(&["x"]), || async { Err(SpeechError::QueueFull { waiting: 0 }) });
        let mut first = Box::pin(first);
        assert!(futures_util::poll!(&mut first).is_pending());
        drop(first);
        assert_eq!(ended.load(Ordering::SeqCst), 0);
        open.send(()).unwrap();
        assert_eq!(second.await, Ok(Duration::ZERO));
        assert_eq!(ended.load(Ordering::SeqCst), 1);

        let guard = Ended(ended.clone());
        let forsaken = queue.share(Key::of(&["y"]), || async move {
            let _guard = guard;
            std::future::pending().await
        });
        drop(forsaken);
        assert_eq!(ended.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn bounded_and_in_order() {
        let queue = Queue::new(1, 1);
        let at_work = queue.place().await.unwrap();
        let mut next = Box::pin(queue.place());
        assert!(futures_util::poll!(&mut next).is_pending());
        assert_eq!(queue.place().await.unwrap_err(), SpeechError::QueueFull { waiting: 2 });
        drop(at_work);
        assert!(next.await.is_ok());
        assert!(queue.place().await.is_ok());
    }
}
