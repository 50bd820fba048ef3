//! Flows: what callers hear, as data. Read, checked, drawn, tried, reloaded, and run on a [`Line`].
//!
//! [`Line`]: crate::calls::Line

mod carriers;
mod check;
mod exits;
mod filters;
pub mod graph;
mod library;
mod parts;
mod phrases;
mod problem;
mod read;
mod reads;
mod rehearse;
mod run;
mod scan;
mod set;
mod surroundings;
mod talk;
mod terminal;
mod text;
mod world;

pub use carriers::{Carriers, HeldLine, NoRoom, Room};
pub use library::{FlowSummary, Library, WatchError, log};
pub use parts::{Act, Flow, Spot, Step, Target};
pub use problem::{Problem, Severity};
pub use read::read;
pub use run::{hand_on, run};
pub use set::Set;
pub use talk::{Directory, Talk};
pub use terminal::{Pretence, try_in_terminal};
pub use world::{CallFacts, Partner, Webhook, World};
