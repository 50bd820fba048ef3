//! Work that is brought to its end whether or not its client waits: what is stored is told to the feed.

use std::future::Future;

use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::{code::Code, problem::Problem};

/// The work of all requests; the listener waits for it at the end.
#[derive(Clone, Debug, Default)]
pub(super) struct Work(TaskTracker);

impl Work {
    /// Does `work`; dropping this future leaves it going on.
    pub(super) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Problem>> + Send + 'static,
    ) -> Result<T, Problem> {
        let done = self.0.spawn(work.in_current_span()).await;
        done.unwrap_or_else(|error| {
            tracing::error!(%error, "a request's work broke off");
            Err(Problem::new(Code::Internal, "an error in this program; the log has it"))
        })
    }

    /// Does what no client waits for; it must have a deadline of its own.
    pub(super) fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(work.in_current_span());
    }

    /// Waits for what is in work; nothing new comes.
    pub(super) async fn wait(&self) {
        self.0.close();
        self.0.wait().await;
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;

    #[tokio::test]
    async fn work_goes_on_without_its_client() {
        let work = Work::default();
        let (go, gone) = oneshot::channel::<()>();
        let (told, heard) = oneshot::channel();
        let request = work.to_the_end(async {
            gone.await.unwrap();
            told.send("stored").unwrap();
            Ok(())
        });
        assert!(request.now_or_never().is_none(), "begun, not done, and its client went away");
        go.send(()).unwrap();
        work.wait().await;
        assert_eq!(heard.await, Ok("stored"));
    }

    #[tokio::test]
    async fn a_panic_is_a_problem() {
        let work = Work::default();
        let failed: Result<(), Problem> = work.to_the_end(async { panic!("pretended fault") }).await;
        assert_eq!(failed.unwrap_err().code(), Code::Internal);
    }
}
