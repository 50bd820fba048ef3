//! Transfers by somebody whom a call has dialled: blind and attended, begun by keys.
//!
//! Three parties, any of whom may act next: so what follows what is a table ([`next()`]), and `run` drives it.

mod keys;
mod next;
mod run;
#[cfg(test)]
mod tests;

pub use keys::{Code, Keys, Typed};
pub use next::{Act, Action, Kind, Over, Phase, Told, next};
