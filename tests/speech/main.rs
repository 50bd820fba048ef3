//! Speech as calls use it: real espeak-ng, real files, and everything that can be wrong with them.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

#[path = "../support/voice.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod voice;

mod ahead;
mod attacks;
mod cache;
mod delivery;
mod failures;
mod piper;
mod piper_faults;
mod speakers;
mod support;
mod voices;
