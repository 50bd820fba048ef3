//! Reads the folder again when a file in it changes.

use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use serde_json::json;
use tokio::{sync::mpsc, time::sleep};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use super::Library;
use crate::{feed::Feed, flow::problem::Problem, model::NoticeKind};

/// An editor writes a file in several steps: they are read as one.
const SETTLE: Duration = Duration::from_millis(300);

/// Why the folder cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("the folder of flows cannot be watched: {0}")]
pub struct WatchError(#[from] notify::Error);

/// Logs what is wrong in flow files: an error if the flow is refused for it.
pub fn log(problems: &[Problem]) {
    for problem in problems {
        let (file, line, key) = (&problem.file, problem.line, &problem.key);
        if problem.is_error() {
            error!(file, line, key, "flow file: {}", problem.message);
        } else {
            warn!(file, line, key, "flow file: {}", problem.message);
        }
    }
}

impl Library {
    /// Reads the folder again, logs what is wrong in it and tells the feed. For SIGHUP, the API and the watch.
    pub fn reload_and_tell(&self, feed: &Feed) -> Vec<Problem> {
        let problems = self.reload();
        log(&problems);
        let flows = self.names();
        info!(flows = flows.len(), problems = problems.len(), "flow files read again");
        feed.post(NoticeKind::FlowsReloaded, None, json!({ "flows": flows, "problems": problems }));
        problems
    }

    /// Watches the folder until `shutdown`, and reads it again after each change.
    ///
    /// # Errors
    /// [`WatchError`]: the folder is not there, or the system has no watches left.
    pub async fn watch(&self, shutdown: CancellationToken, feed: Feed) -> Result<(), WatchError> {
        // One waiting change is enough: everything is read again.
        let (tell, mut changes) = mpsc::channel(1);
        let on_event = move |event: notify::Result<Event>| {
            if !matches!(event, Ok(Event { kind: EventKind::Access(_), .. })) {
                let _ = tell.try_send(());
            }
        };
        let mut watcher = RecommendedWatcher::new(on_event, notify::Config::default())?;
        watcher.watch(&self.0.directory, RecursiveMode::NonRecursive)?;
        let reading = async {
            while changes.recv().await.is_some() {
                sleep(SETTLE).await;
                let _ = changes.try_recv();
                self.reload_and_tell(&feed);
            }
        };
        shutdown.run_until_cancelled(reading).await;
        Ok(())
    }
}
