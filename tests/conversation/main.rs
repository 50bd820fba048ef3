//! Every flow as a dialogue: what a caller hears, presses, and where the call ends.
#![allow(clippy::wrong_self_convention, reason = "a dialogue reads as it is told: caller.is_hung_up()")]
#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on may panic"
)]

mod caller;
mod example;
mod hardship;
mod order_status;
mod phone;
mod steps;
mod terminal;
