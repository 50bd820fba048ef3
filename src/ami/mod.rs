//! AMI: our own client of Asterisk's manager interface, which alone knows the queues. One connection that brings
//! events and answers, and a supervisor that connects again for ever.
//!
//! A message's way: reader (cuts the stream into messages, gives answers to those who wait) → [`Wire`] → the one
//! consumer. Nothing on that way waits for anybody; what does not fit ends the connection, and the next one begins
//! with a snapshot of what is true. AMI replays nothing.

mod action;
mod client;
mod decode;
mod error;
mod event;
mod message;
mod meters;
mod open;
mod pending;
mod run;
mod session;
mod shared;
mod site;
mod wire;

pub use action::Action;
pub use client::Client;
pub use error::AmiError;
pub use event::{Called, Caller, Event, MemberFacts, MemberNews, QueueEnd};
pub use message::Message;
pub use run::{Connection, connect};
pub use wire::{Hello, Wire};
