//! stasisd: one daemon beside Asterisk. See ARCHITECTURE.md for the map.

pub mod calls;
pub mod cli;
pub mod config;
pub mod feed;
pub mod flow;
pub mod model;
pub mod spoken;
