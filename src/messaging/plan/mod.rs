//! What is to be told now: pure decisions of facts and a time.

mod address;
mod notices;
mod remind;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
use serde_json::Value;

pub(super) use address::{Address, addresses, of_person};
pub(super) use notices::{of_notice, planning_failed};
pub(super) use remind::plan;

use crate::model::{MessageKind, PersonId};

/// To whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    /// The team of this timetable; none: of all.
    Team(Option<String>),
    /// Somebody.
    Person(PersonId),
    /// Those with the role; if there are none, the team of this timetable.
    Supervisors(String),
}

/// Something to tell, before it has words and a channel.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Draft {
    /// What it tells: the same thing has the same key, also after a restart.
    pub(super) key: String,
    pub(super) kind: MessageKind,
    pub(super) to: To,
    /// What its template reads.
    pub(super) values: Value,
    /// After this it means nothing any more; none: as long as the configuration says.
    pub(super) valid_until: Option<Timestamp>,
    /// The queue and day whose figures are told with it.
    pub(super) figures: Option<(String, jiff::civil::Date)>,
}

/// Something that is announced once, until it is no longer so: the marks stand in the store.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Announcement {
    pub(super) draft: Draft,
    pub(super) marks: Vec<String>,
}

/// What is to be done now.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Plan {
    pub(super) drafts: Vec<Draft>,
    /// Each told together with its marks, or not at all.
    pub(super) announcements: Vec<Announcement>,
    /// Marks of what is no longer so.
    pub(super) over: Vec<String>,
    /// When there will be something to do, as far as the clock says.
    pub(super) wake: Option<Timestamp>,
}
