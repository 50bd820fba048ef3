//! stasisd: one daemon beside Asterisk. See ARCHITECTURE.md for the map.

pub mod calls;
pub mod config;
pub mod directory;
pub mod feed;
pub mod http;
pub mod limits;
pub mod model;
pub mod storage;
