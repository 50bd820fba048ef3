//! The Stasis door: events become calls, calls become flows, and after each connect nothing is left over.

mod arrive;
mod connect;
mod door;
mod entry;
mod events;
mod gate;
mod lag;
mod onward;
mod shed;
mod way;

pub use door::{Door, Status};
