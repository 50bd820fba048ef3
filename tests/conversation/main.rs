//! Every flow as a dialogue: what a caller hears, presses, and where the call ends.

#![allow(
    clippy::pedantic,
    clippy::wrong_self_convention,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests speak by panicking"
)]

mod caller;
mod order_status;
mod phone;
