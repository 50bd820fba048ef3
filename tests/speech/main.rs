//! Speech as calls use it: real espeak-ng, real files, and everything that can be wrong with them.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

mod attacks;
mod cache;
mod delivery;
mod failures;
mod support;
mod voices;
