//! The control port: `/v1`, health, metrics, prompts, and the API's own description. One endpoint, one file.
//!
//! A handler's signature says who may call it ([`auth::May`]) and what it takes; every error is a
//! [`Problem`]. What lies behind calls and flows comes through [`Control`], which `app` implements.

mod absences;
mod anonymous;
mod auth;
mod cache;
mod call_orders;
mod calls;
mod code;
mod compat;
mod contacts;
mod control;
mod docs;
mod endpoints;
mod error;
mod events;
mod extract;
mod flows;
mod gateways;
mod groups;
mod health;
mod links;
mod lists;
mod messages;
mod metrics;
mod notes;
mod orders;
mod page;
mod pairings;
mod persons;
mod problem;
mod prompts;
mod queue_history;
mod queue_program;
mod queues;
mod reject;
mod route;
mod router;
mod rules;
mod scope;
mod serve;
mod spec;
mod stall;
mod state;
mod timetables;
mod tls;
pub mod token;
mod work;
mod wrap;

// The rooms here ask it as `clock`.
use crate::tasks::clock;

pub use code::Code;
pub use control::{Check, Control, ControlError, GraphFormat, Health};
pub use error::HttpError;
pub use problem::Problem;
pub use router::openapi;
pub use rules::RoutingDefaults;
pub use scope::Scope;
pub use serve::serve;
pub use state::Rooms;
pub use tls::check_tls;
