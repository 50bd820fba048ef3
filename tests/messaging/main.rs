//! Messages to people: a real store, chats and a mail server on real sockets, and the time as the test wants it.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]
#![allow(dead_code, reason = "the shared helpers are used in part")]

#[path = "../webhooks/receiver.rs"]
mod receiver;
#[path = "../support/records.rs"]
mod records;
#[path = "../support/temp.rs"]
mod temp;
#[path = "../support/wait.rs"]
mod wait;

mod base;
mod calls;
mod chats;
mod daemon;
mod mail;
mod postman;
mod quiet;
mod reminders;
mod restart;
mod says;
mod sms;
mod sms_gateway;
