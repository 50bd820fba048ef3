//! The running daemon: everything is parsed, then bound, then spawned, and at the end drained.

mod answers;
mod control;
mod drain;
mod exit;
mod messaging;
mod rooms;
mod run;
pub mod telemetry;

pub use exit::{Exit, Failed, OrExit};
pub use run::run;
