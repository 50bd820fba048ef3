//! The repositories, each test on SQLite and on PostgreSQL; and what only one of them can suffer.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

#[path = "../support/records.rs"]
mod records;
#[path = "../support/mod.rs"]
mod support;

mod about;
mod accept;
mod attempts;
mod base;
mod call_orders;
mod calls;
mod claim;
mod contacts;
mod deliveries;
mod events;
mod faults;
mod foreign;
mod journal;
mod ledger_journal;
mod messages;
mod migration;
mod mysql;
mod notes;
mod orders;
mod pairings;
mod people;
mod queues;
mod retention;
mod routing;
mod timetables;
mod tokens;
