//! The owner of everything spawned: knows each task's name, waits for all, and lets no loop die unseen.

use std::{
    any::Any,
    collections::BTreeMap,
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use futures_util::FutureExt;
use tokio_util::task::TaskTracker;

use super::Shutdown;

/// A loop that ended though nobody had asked it to. The process ends with it, and systemd starts it anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The loop's name.
    pub task: &'static str,
    /// Its error, or the panic's message.
    pub what: String,
    /// Whether it panicked.
    pub panicked: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = if self.panicked { "panicked" } else { "ended" };
        write!(f, "the {} loop {how}: {}", self.task, self.what)
    }
}

/// Spawns tasks and owns them. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Tasks {
    shutdown: Shutdown,
    tracker: TaskTracker,
    running: Arc<Mutex<BTreeMap<&'static str, usize>>>,
    failure: Arc<OnceLock<Failure>>,
}

impl Tasks {
    /// An owner of no tasks yet, which stops all when one of its loops fails.
    #[must_use]
    pub fn new(shutdown: Shutdown) -> Self {
        Self { shutdown, tracker: TaskTracker::new(), running: Arc::default(), failure: Arc::default() }
    }

    /// The tokens that the tasks obey.
    #[must_use]
    pub fn shutdown(&self) -> &Shutdown {
        &self.shutdown
    }

    /// Spawns something that runs until it is told to stop. Its panic, its error, or its end before the soft
    /// token was cancelled ends the process.
    pub fn spawn_loop<F, E>(&self, name: &'static str, task: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        let counted = self.count(name);
        let (shutdown, failure) = (self.shutdown.clone(), self.failure.clone());
        self.tracker.spawn(async move {
            let ended = AssertUnwindSafe(task).catch_unwind().await;
            let (what, panicked) = match ended {
                Ok(Ok(())) if shutdown.soft().is_cancelled() => (None, false),
                Ok(Ok(())) => (Some("nobody had asked it to".to_owned()), false),
                Ok(Err(error)) => (Some(error.to_string()), false),
                Err(panic) => (Some(panic_message(&*panic).to_owned()), true),
            };
            if let Some(what) = what {
                let failed = Failure { task: name, what, panicked };
                tracing::error!(task = name, panicked, "{failed}");
                // Only the first is the cause; others follow from it.
                let _ = failure.set(failed);
                shutdown.abort();
            }
            drop(counted);
        });
    }

    /// Spawns something that comes to its own end, such as one call. Its panic is logged and ends only it.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let counted = self.count(name);
        self.tracker.spawn(async move {
            if let Err(panic) = AssertUnwindSafe(task).catch_unwind().await {
                tracing::error!(task = name, panic = panic_message(&*panic), "a {name} task panicked");
            }
            drop(counted);
        });
    }

    /// Waits until everything spawned has ended, at most `limit`. Gives the names of what still runs.
    pub async fn wait(&self, limit: Duration) -> Vec<&'static str> {
        self.tracker.close();
        if tokio::time::timeout(limit, self.tracker.wait()).await.is_ok() {
            return Vec::new();
        }
        self.running()
    }

    /// Names of the tasks that run.
    #[must_use]
    pub fn running(&self) -> Vec<&'static str> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner).keys().copied().collect()
    }

    /// The loop that failed first, if one did.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.failure.get()
    }

    fn count(&self, name: &'static str) -> Counted {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
        Counted { name, running: self.running.clone() }
    }
}

/// Counts a task as running until it is dropped, however it ends.
struct Counted {
    name: &'static str,
    running: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
    }
}

/// What a panic said.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("(no message)")
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    fn tasks() -> Tasks {
        Tasks::new(Shutdown::new())
    }

    #[tokio::test]
    async fn a_loop_that_panics_stops_all_and_is_named() {
        let tasks = tasks();
        let hard = tasks.shutdown().hard().clone();
        tasks.spawn_loop("quiet", async move {
            hard.cancelled().await;
            Ok::<_, Infallible>(())
        });
        tasks.spawn_loop("loud", async { panic!("boom") as Result<(), Infallible> });
        assert_eq!(tasks.wait(SOON).await, Vec::<&str>::new());
        let failed = Failure { task: "loud", what: "boom".into(), panicked: true };
        assert_eq!(tasks.failure(), Some(&failed));
    }

    #[tokio::test]
    async fn a_loop_may_end_only_when_asked() {
        let early = tasks();
        early.spawn_loop("early", async { Ok::<_, Infallible>(()) });
        early.wait(SOON).await;
        assert_eq!(early.failure().map(|f| f.task), Some("early"));

        let asked = tasks();
        asked.shutdown().drain();
        asked.spawn_loop("asked", async { Ok::<_, Infallible>(()) });
        asked.wait(SOON).await;
        assert_eq!(asked.failure(), None);
    }

    #[tokio::test]
    async fn a_job_that_panics_ends_alone() {
        let tasks = tasks();
        tasks.spawn("job", async { panic!("boom") });
        assert!(tasks.wait(SOON).await.is_empty());
        assert!(!tasks.shutdown().soft().is_cancelled());
    }

    #[tokio::test]
    async fn what_still_runs_is_named() {
        let tasks = tasks();
        tasks.spawn("stuck", std::future::pending());
        assert_eq!(tasks.wait(Duration::from_millis(1)).await, ["stuck"]);
    }
}
