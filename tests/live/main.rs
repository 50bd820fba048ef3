//! Live tests: real Asterisk, real callers.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod ari;
mod callcentre;
mod crash;
mod doctor;
mod ears;
mod faults;
mod helpline;
mod orders;
mod outbound;
mod rig;
mod stasis;
#[path = "../chaos/storm.rs"]
mod storm;
#[path = "../chaos/verdict.rs"]
mod verdict;
mod voice;
