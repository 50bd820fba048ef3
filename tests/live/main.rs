//! Live tests: real Asterisk, real callers.

#[path = "../support/mod.rs"]
mod support;

mod ears;
mod rig;
