//! Webhooks: a real store, and receivers that are down, slow, rude, or not to be talked to at all.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]
#![allow(dead_code, reason = "the shared helpers are used in part")]

#[path = "../support/records.rs"]
mod records;
#[path = "../support/temp.rs"]
mod temp;
#[path = "../support/wait.rs"]
mod wait;

mod base;
mod delivery;
mod hardship;
mod receiver;
