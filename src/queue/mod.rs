//! Queues of `app_queue`: brought to what the timetable says, and what they remember.

pub mod history;
pub mod program;
