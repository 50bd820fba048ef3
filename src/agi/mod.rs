//! FastAGI as Asterisk's `res_agi` speaks it: a request of lines, then commands and answers, one after another.
//!
//! Everything that comes over the socket is bounded in lines, bytes and time. What goes out is quoted as
//! `res_agi`'s `parse_args` takes quoting off, and refused where it cannot be expressed: a line break would be
//! another command. Only commands whose arguments Asterisk does not expand are here (`EXEC` expands them).

mod answer;
mod command;
mod error;
mod request;
mod session;

pub use answer::Answer;
pub use command::Command;
pub use error::AgiError;
pub use request::Request;
pub use session::Session;
