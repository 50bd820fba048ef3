//! Speech as calls use it: real espeak-ng, real files, and everything that can be wrong with them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod attacks;
mod cache;
mod delivery;
mod failures;
mod support;
mod voices;
