//! stasisd: one daemon beside Asterisk. See ARCHITECTURE.md for the map.

pub mod agi;
pub mod app;
pub mod ari;
pub mod calls;
pub mod cli;
pub mod config;
pub mod directory;
pub mod feed;
pub mod flow;
pub mod http;
pub mod limits;
pub mod messaging;
pub mod model;
pub mod outbound;
pub mod routing;
pub mod scripts;
pub mod spoken;
pub mod stasis;
pub mod storage;
pub mod tasks;
pub mod tts;
pub mod web;
pub mod webhooks;
