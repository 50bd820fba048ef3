//! Orders at call time: a real store, and a customer's endpoint that behaves in every way it should not.

#![allow(clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "../support/temp.rs"]
mod temp;

mod base;
mod endpoint;
mod lookups;
mod misbehaviour;
mod secure;
