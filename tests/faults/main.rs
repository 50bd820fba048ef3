//! What the daemon does when Asterisk, or the way to it, misbehaves. The double says only what a real one said.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

#[path = "../support/fake_asterisk/mod.rs"]
#[allow(dead_code, reason = "each test binary uses the part it needs")]
mod fake_asterisk;
#[path = "../support/records.rs"]
mod records;

mod ari;
mod calls;
mod desk;
mod listener;
mod manager;
mod outbound;
mod overload;
mod queues;
mod tls;
