//! The running daemon: everything is parsed, then bound, then spawned, and at the end drained.

mod answers;
mod control;
mod desks;
mod drain;
mod exit;
mod helpline;
mod messaging;
mod people;
mod programming;
mod queues;
mod rooms;
mod run;
pub mod telemetry;
mod timetables;

pub use exit::{Exit, Failed, OrExit};
pub use run::run;
