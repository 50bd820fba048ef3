//! The FastAGI door on real sockets: its entries, and whatever else may come in by the port.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

mod asterisk;
mod entries;
mod hostile;
mod pretend;
mod programs;
mod site;
#[path = "../support/wait.rs"]
mod wait;
