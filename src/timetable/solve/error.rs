//! Why there is no timetable.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::timetable::check::Rule;

/// No timetable can be given.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SolveError {
    /// There is none.
    #[error("{0}")]
    Unsolvable(Unsolvable),
    /// The time was over, or somebody stopped it, before the first one was found.
    #[error("no timetable was found in time: give the planning more seconds, or loosen a rule")]
    NothingFound,
    /// The solver failed before it had found one.
    #[error("the solver failed: {0}")]
    Failed(String),
}

/// A week that no timetable fits: the rules that cannot hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsolvable {
    /// Without any one of these, the others could hold.
    pub clashes: Vec<Clash>,
    /// The same for people.
    pub sentences: Vec<String>,
}

/// One rule of a clash.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Clash {
    /// Which rule.
    pub rule: Rule,
    /// Whose, or of which group or table.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// The shift of that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<usize>,
    /// Why it is so, if somebody said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl fmt::Display for Unsolvable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no timetable fits: {}", self.sentences.join(" "))
    }
}
