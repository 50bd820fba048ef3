//! The house: opens every room in order, runs until told to stop, drains, and leaves nothing half done.

mod control;
mod drain;
mod open;
pub mod telemetry;

pub use open::{RunError, run};
