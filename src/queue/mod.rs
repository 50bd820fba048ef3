//! Queues: how they are now, and what is done to them.

mod live;

pub use live::{QueueError, Queues, Standing};
