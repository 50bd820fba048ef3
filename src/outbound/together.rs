//! Orders that come in the same moment are stored together: one commit serves all that came while the last one was on
//! its way to the disk. Alone, an order waits for nobody.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use super::{Accepted, OrderError, Outbound};
use crate::{model::CallOrder, storage::StorageError};

/// Orders of one commit, beyond those of one request.
const MOST: usize = 64;

/// What became of one request's orders, each for itself.
type Done = Result<Vec<Result<Accepted, OrderError>>, StorageError>;

/// The orders of one request, each with its fingerprint.
type Batch = Vec<(CallOrder, String)>;

/// One request that waits to be stored.
struct Waiting {
    batch: Batch,
    done: oneshot::Sender<Done>,
}

/// The requests that wait to be stored.
#[derive(Default)]
pub(super) struct Together {
    queue: Mutex<Queue>,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    is_writing: bool,
}

impl Together {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Each change is one step: what a panic leaves behind is whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a request; true if nobody writes yet.
    fn push(&self, waiting: Waiting) -> bool {
        let mut queue = self.lock();
        queue.waiting.push_back(waiting);
        !std::mem::replace(&mut queue.is_writing, true)
    }

    /// The requests of the next commit; none, and then nobody writes any more.
    fn next(&self) -> Vec<Waiting> {
        let mut queue = self.lock();
        let group = first(&mut queue.waiting, |request| request.batch.len());
        queue.is_writing = !group.is_empty();
        group
    }
}

/// Who writes. If that breaks off, those who wait are told so, and the next request finds nobody writing.
struct Pen<'a>(&'a Together);

impl Drop for Pen<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            *self.0.lock() = Queue::default();
        }
    }
}

/// As many of those that wait as go into one commit, and one at least.
fn first<T>(waiting: &mut VecDeque<T>, orders: impl Fn(&T) -> usize) -> Vec<T> {
    let (mut group, mut sum) = (Vec::new(), 0);
    while let Some(next) = waiting.front() {
        sum += orders(next);
        if sum > MOST && !group.is_empty() {
            break;
        }
        group.extend(waiting.pop_front());
    }
    group
}

impl Outbound {
    /// Stores the orders of one request; on return they are on disk, also when nobody waits for it any more.
    pub(super) async fn store_all(&self, batch: Batch) -> Done {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        let (done, stored) = oneshot::channel();
        if self.inner.together.push(Waiting { batch, done }) {
            let engine = self.clone();
            self.inner.tracker.spawn(async move { engine.write_together().await });
        }
        stored
            .await
            .unwrap_or_else(|_| Err(StorageError::Unavailable("the writer of orders has ended".to_owned())))
    }

    async fn write_together(&self) {
        let _pen = Pen(&self.inner.together);
        loop {
            let group = self.inner.together.next();
            if group.is_empty() {
                return;
            }
            let all: Batch = group.iter().flat_map(|request| request.batch.iter().cloned()).collect();
            match self.write(&all).await {
                Ok(mut results) => {
                    for request in group {
                        let rest = results.split_off(request.batch.len().min(results.len()));
                        // Who asked may be gone; the order stands all the same.
                        let _ = request.done.send(Ok(std::mem::replace(&mut results, rest)));
                    }
                }
                // One that the database refuses is not to keep the others from it.
                Err(error) if group.len() > 1 && !error.is_temporary() => {
                    for request in group {
                        let _ = request.done.send(self.write(&request.batch).await);
                    }
                }
                Err(error) => {
                    for request in group {
                        let _ = request.done.send(Err(error.clone()));
                    }
                }
            }
        }
    }

    async fn write(&self, batch: &Batch) -> Done {
        let done = self.inner.store.accept_call_orders(batch).await?;
        Ok(self.accepted(done))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_while_one_writes_goes_with_the_next_commit() {
        let mut waiting = VecDeque::from([40, 24, 1, 200, 64]);
        let mut next = || first(&mut waiting, |orders| *orders);
        assert_eq!(next(), [40, 24]);
        assert_eq!(next(), [1]);
        assert_eq!(next(), [200], "a request is never torn apart");
        assert_eq!(next(), [64]);
        assert_eq!(next(), [0; 0]);
    }

    #[test]
    fn one_writes_until_nothing_waits() {
        let together = Together::default();
        let request = || Waiting { batch: Vec::new(), done: oneshot::channel().0 };
        assert!(together.push(request()), "the first writes");
        assert!(!together.push(request()));
        assert_eq!(together.next().len(), 2);
        assert!(!together.push(request()), "it is still at it");
        assert_eq!((together.next().len(), together.next().len()), (1, 0));
        assert!(together.push(request()), "it has gone");
    }

    #[test]
    fn nobody_waits_for_a_writer_that_broke_off() {
        let together = Together::default();
        let (done, mut stored) = oneshot::channel();
        together.push(Waiting { batch: Vec::new(), done });
        let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _pen = Pen(&together);
            panic!("as a test");
        }));
        assert!(broken.is_err() && stored.try_recv().is_err());
        assert!(together.push(Waiting { batch: Vec::new(), done: oneshot::channel().0 }));
    }
}
