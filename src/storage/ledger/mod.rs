//! The ledger: call orders that were accepted, and every attempt to reach somebody, on disk before it is dialled.
//!
//! What the engine knows while it works on an order comes through the journal; what others decide (accept,
//! claim, cancel, expire) is a transaction of its own, so that each order is in one hand only.

mod about;
mod accept;
mod attempts;
mod change;
mod claim;
mod find;
mod order;
#[cfg(test)]
mod plans;
mod unwanted;

pub use about::{CallChanges, CallsChanged};
pub use accept::{Acceptance, Accepted};
pub use change::CallTimes;
pub use find::CallOrderQuery;
pub use unwanted::Unwanted;

pub(super) use attempts::statements as attempt_statements;
pub(super) use order::statements as order_statements;
