//! Lifecycle: who owns what is spawned, how it is told to stop, and what systemd hears of it.

mod attached;
mod backoff;
pub mod clock;
mod group;
mod pulse;
mod shutdown;
pub mod signals;
pub mod systemd;

pub use attached::attached;
pub use backoff::Backoff;
pub use group::{Failure, Tasks, panic_message};
pub use pulse::Pulse;
pub use shutdown::Shutdown;
