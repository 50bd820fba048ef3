//! The control port on a real socket, with a real store; only what lies behind the calls is pretended.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

mod app;
mod auth;
mod call_orders;
mod calls;
mod client;
mod contacts;
mod events;
mod faults;
mod flows;
mod hostile;
mod listener;
mod logs;
mod notes;
mod open;
mod ordering;
mod orders;
mod people;
mod plannings;
mod pretend;
mod prompts;
mod routing;
mod spec;
#[path = "../support/temp.rs"]
mod temp;
mod timetables;
mod tomatic;
#[path = "../support/wait.rs"]
mod wait;
