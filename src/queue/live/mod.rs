//! The queues live: a board of what Asterisk tells, kept by one loop, and a handle to look at it and to act.
//!
//! What came over the wire is applied to the board in the order it came, lists too, so that no list undoes what a
//! later event told. When the connection is lost the board stays, marked as stale; the next snapshot mends it.

mod act;
mod board;
#[cfg(test)]
mod board_tests;
mod callers;
mod error;
mod handle;
mod meters;
mod news;
mod order;
mod ringing;
mod run;
mod snapshot;
mod wishes;

pub use error::QueueError;
pub use handle::{Queues, Standing};
