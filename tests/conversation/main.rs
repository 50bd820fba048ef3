//! Every flow as a dialogue: what a caller hears, presses, and where the call ends.
#![allow(clippy::wrong_self_convention, reason = "a dialogue reads as it is told: caller.is_hung_up()")]
#![allow(clippy::needless_pass_by_value, reason = "json!() is given where it is written")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on may panic")]
#![allow(
    clippy::pedantic,
    clippy::wrong_self_convention,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests speak by panicking"
)]

mod caller;
mod example;
mod hardship;
mod order_status;
mod phone;
mod steps;
mod terminal;
