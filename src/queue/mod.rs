//! Queues of `app_queue`: how they are now and what is done to them, brought to what the timetable says, and what they
//! remember.

mod hands;
pub mod history;
mod live;
pub mod program;

pub use live::{QueueError, Queues, Standing};
