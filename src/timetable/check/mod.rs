//! What a timetable breaks and what it costs, counted from the timetable itself: nothing here knows how it was made.

mod conflicts;
mod costs;
mod shape;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

pub use shape::{Blemish, blemishes};

use super::problem::{Grid, Problem};

/// A judged timetable.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// What must not be; empty for a timetable that can be published.
    pub conflicts: Vec<Violation>,
    /// All points.
    pub penalty: u64,
    /// Where they come from.
    pub breakdown: Vec<Penalty>,
}

/// What a timetable must not have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// In words.
    pub text: String,
    /// Who, if it is about one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// The shift of that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<usize>,
}

/// The rules that always hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Somebody stands twice in a shift.
    Twice,
    /// More people than lines.
    Lines,
    /// Somebody is busy.
    Busy,
    /// Too many shifts in a day.
    DayLimit,
    /// More, or (exact loads) fewer shifts than the load.
    Load,
    /// A forced cell is not kept.
    Forced,
    /// Too many empty lines.
    Empty,
    /// Too many of one table.
    Table,
    /// Too many of one group on the phone.
    OnPhone,
    /// Too few of a group idle.
    Idle,
    /// No lunch break.
    Lunch,
    /// A pause between somebody's shifts of a day.
    Gap,
}

/// Some points of a timetable, and what they are for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Penalty {
    /// How many.
    pub points: u64,
    /// What kind.
    pub kind: Kind,
    /// In words.
    pub text: String,
    /// Who, if it is about one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<String>,
    /// The shift of that day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<usize>,
}

/// What costs points; the names are those of the weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "see [timetables.NAME.weights] in config/stasisd.toml")]
pub enum Kind {
    Empty,
    EmptyLine,
    Incompletion,
    Unforced,
    Concentrated,
    Undesired,
    NoBrunch,
    Discontinuous,
    FarDiscontinuous,
    Marathon,
    Crosstalk,
    OverTable,
    OverGroup,
    UnderIdle,
}

/// Judges a timetable.
#[must_use]
pub fn check(problem: &Problem, grid: &Grid) -> Check {
    let breakdown = costs::all(problem, grid);
    Check {
        conflicts: conflicts::all(problem, grid),
        penalty: breakdown.iter().map(|penalty| penalty.points).sum(),
        breakdown,
    }
}

/// How many of a group can be on the phone in a shift without one idle too few: those who are there but the
/// idle ones that it needs.
#[must_use]
pub fn idle_leaves(problem: &Problem, group: &str, min_idle: usize, place: super::Place) -> usize {
    problem.present(group, place).saturating_sub(min_idle)
}
