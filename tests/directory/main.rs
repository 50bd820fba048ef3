//! Orders at call time: a real store, and a customer's endpoint that behaves in every way it should not.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

#[path = "../support/temp.rs"]
mod temp;
#[path = "../support/wait.rs"]
mod wait;

mod base;
mod contacts;
mod endpoint;
mod feeds;
mod lookups;
mod misbehaviour;
mod secure;
