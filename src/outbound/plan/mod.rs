//! The decisions about calls that we place, as functions of facts and a time: what came of an attempt, whether
//! and when there is another, when people may be called, and what a time means that somebody wrote.

mod next;
mod outcome;
#[cfg(test)]
mod tests;
pub mod when;
mod windows;
mod zones;

pub use next::{Next, next, turn, unsent};
pub use outcome::{AttemptFacts, reach};
pub use windows::Windows;
pub use zones::{Zones, zone_of};
