//! Every flow as a dialogue: what a caller hears, presses, and where the call ends.

mod caller;
mod order_status;
mod phone;
