//! What the daemon does when Asterisk, or the way to it, misbehaves. The double says only what a real one said.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that fails panics")]

#[path = "../support/fake_asterisk/mod.rs"]
#[allow(dead_code, reason = "each test binary uses the part it needs")]
mod fake_asterisk;

mod ari;
mod listener;
mod tls;
