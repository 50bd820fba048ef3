//! Programming a queue: which members are ours, and what people decide against the timetable.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::PersonId;

/// A member that comes and goes with the timetable. It is on disk before Asterisk is told, so that no crash makes us
/// forget whom to take out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgrammedMember {
    /// The queue.
    pub queue: String,
    /// What is rung.
    pub interface: String,
    /// Whose telephone it is, if a person of ours.
    pub person: Option<PersonId>,
    /// The penalty that we set last.
    pub penalty: u32,
    /// The reason of the pause, as we saw it last: an Asterisk that forgot it is told again.
    pub paused: Option<String>,
    /// Since when.
    pub added_at: Timestamp,
}

/// Whom an override is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whom {
    /// A person, by whatever telephone they have then.
    Person(PersonId),
    /// A telephone: `PJSIP/201`.
    Interface(String),
}

/// What is done against the timetable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverrideKind {
    /// Is a member all the time.
    Add {
        /// The penalty.
        penalty: u32,
    },
    /// Is no member all the time.
    Remove,
    /// Is paused once, and resumed at the end if the pause is still this one.
    Pause {
        /// Why.
        reason: String,
    },
    /// Is resumed once.
    Resume,
}

/// What somebody decided against the timetable, for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Override {
    /// Its id.
    pub id: Uuid,
    /// The queue.
    pub queue: String,
    /// Whom it is about.
    pub whom: Whom,
    /// What is done.
    pub kind: OverrideKind,
    /// Who decided.
    pub by: String,
    /// Why, in their words.
    pub note: String,
    /// From when on.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Done, where it is done once.
    pub applied: bool,
    /// It is over, and what it did is taken back.
    pub settled: bool,
}

impl OverrideKind {
    /// Its word: `add`, `remove`, `pause`, `resume`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Add { .. } => "add",
            Self::Remove => "remove",
            Self::Pause { .. } => "pause",
            Self::Resume => "resume",
        }
    }
}

impl Override {
    /// Whether it holds at this time.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        now < self.expires_at
    }
}
