//! The FastAGI door: dialplans that want an answer and not a flow ask by `AGI(agi://127.0.0.1/<entry>)`.
//!
//! One entry, one file: it reads what it is asked, asks [`Answers`], and gives the channel variables to set. A fault
//! is a variable too (`STASISD_ERROR`): no entry ever ends a call. Which variables: `agi-scripts/README.md`.

mod answers;
mod asked;
mod dismiss;
mod door;
mod entry;
mod lookup;
mod note;
mod ringring;
mod route;
mod screen;
mod session;
mod sheet;
mod status;
mod trouble;

pub use answers::{Answer, Answers, Arrival, Remark, Ringing, Unanswered};
pub use door::{Scripts, ScriptsError, serve};
pub use entry::Entry;
