//! What programming a queue needs of others: hands on Asterisk's queues, and the plans of the people.

use futures_util::future::BoxFuture;

use crate::{
    model::{QueueAction, QueueState, Timetable, Week},
    storage::{Persons, StorageError},
};

/// Asterisk's queues: how they are, and what can be done to them. The board of queues implements it.
pub trait Hands: Send + Sync {
    /// The queue as it is now; `None` while that is not known: not connected, or no such queue.
    fn snapshot(&self, queue: &str) -> Option<QueueState>;

    /// Does one thing to one member, within a deadline of its own; `by` is told with the change. The error is what
    /// Asterisk or the connection said.
    fn act<'a>(&'a self, action: QueueAction, by: &'a str) -> BoxFuture<'a, Result<(), String>>;
}

/// Who is wanted when, and what telephones they have.
pub trait Plans: Send + Sync {
    /// The published timetable of this name and week; `None`: there is none.
    fn timetable(&self, name: &str, week: Week) -> BoxFuture<'_, Result<Option<Timetable>, StorageError>>;

    /// Everybody who works here.
    fn persons(&self) -> BoxFuture<'_, Result<Persons, StorageError>>;
}
