//! ARI: our own client. One websocket that brings events (and, where Asterisk can, answers), a small pool of
//! HTTP connections for what may block, and a supervisor that connects again for ever.
//!
//! A frame's way: reader (decodes it, gives answers to those who wait) → [`Wire`] → the one consumer. Nothing on
//! that way waits for anybody; what does not fit ends the connection, and the next one begins with a snapshot of
//! what is true.

mod ahead;
mod calls;
mod client;
mod command;
mod decode;
mod error;
mod event;
mod fields;
mod http;
mod meters;
mod model;
mod open;
mod pace;
mod params;
mod reaction;
mod rest;
mod run;
mod session;
mod shared;
mod site;
mod stamp;
mod system;
mod uri;
mod version;
mod wire;

pub use client::Client;
pub use error::AriError;
pub use event::{EVENTS_USED, Event};
pub use model::{
    Application, AsteriskInfo, Bridge, CallerId, Channel, Dialplan, Playback, Recording, SystemInfo,
};
pub use params::{Originate, RecordTo};
pub use reaction::{Cause, Reaction};
pub use run::connect;
pub use stamp::{Stamp, parse_time};
pub use version::Version;
pub use wire::{Hello, Wire};
