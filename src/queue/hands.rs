//! The board of queues as the hands of those who program them.

use futures_util::future::BoxFuture;

use super::{Queues, program::Hands};
use crate::model::{QueueAction, QueueState};

impl Hands for Queues {
    /// A board that is stale tells nothing: what was done by it could be wrong.
    fn snapshot(&self, queue: &str) -> Option<QueueState> {
        if !self.is_connected() {
            return None;
        }
        Self::snapshot(self, queue).map(|state| QueueState::clone(&state))
    }

    fn act<'a>(&'a self, action: QueueAction, by: &'a str) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move { Self::act(self, &action, by).await.map_err(|error| error.to_string()) })
    }
}
