//! A week of a timetable as it is kept: with its state, what it cost, and whose work it moved.

use std::{collections::BTreeMap, fmt};

use jiff::{Timestamp, civil::date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{PersonId, Timetable, Week};

/// One of the tables that are kept under a timetable's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sheet {
    /// A week's.
    Week(Week),
    /// The shifts that are the same each week, and that planning keeps (`forced`).
    Forced,
}

/// How far a week has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeekState {
    /// Nobody goes by it yet.
    #[default]
    Draft,
    /// The queue goes by it, and its overloads count as credit.
    Published,
    /// Over; its overloads are in the credit that was frozen then.
    Retired,
}

/// What a timetable was charged for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Penalty {
    /// How much.
    pub points: f64,
    /// For what.
    pub text: String,
}

/// A week's table and what planning knew of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WeekPlan {
    /// Who answers when.
    pub table: Timetable,
    /// Shifts above (or below) each one's share of the work.
    #[serde(default)]
    pub overload: BTreeMap<PersonId, f64>,
    /// Why it cost what it cost.
    #[serde(default)]
    pub penalties: Vec<Penalty>,
    /// What it cost when it was planned; none: it was not.
    #[serde(default)]
    pub cost: Option<f64>,
}

/// A week as the store has it.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptWeek {
    /// What it says.
    pub plan: WeekPlan,
    /// How far it has come.
    pub state: WeekState,
    /// Grows with each change.
    pub version: i64,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// Who changed it last.
    pub updated_by: String,
}

/// One change of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableEdit {
    /// The version that it made.
    pub number: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: String,
    /// What, in one sentence.
    pub text: String,
    /// Who took it back, and when.
    pub undone: Option<(Timestamp, String)>,
}

/// How far a planning has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlanningState {
    /// It looks for something better.
    Running,
    /// It came to its end, or to the end of its time, with a result.
    Done,
    /// Somebody stopped it; the best so far is its result.
    Stopped,
    /// There is no such week; it says why.
    Unsolvable,
    /// It broke off; it says why.
    Failed,
    /// The daemon ended in the middle of it.
    Cut,
}

/// How good what a planning has found is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PlanningProgress {
    /// What the best so far costs; none: nothing was found yet.
    pub cost: Option<f64>,
    /// Nothing costs less than this, as far as is proven.
    pub bound: Option<f64>,
    /// Cells with somebody in the best so far.
    pub filled: usize,
    /// Cells in all.
    pub cells: usize,
    /// When the best so far was found.
    pub improved_at: Option<Timestamp>,
}

/// One run of the planner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planning {
    /// Its id.
    pub id: Uuid,
    /// Of which timetable.
    pub timetable: String,
    /// Of which week.
    pub week: Week,
    /// How far it has come.
    pub state: PlanningState,
    /// The version of the week's table when it began; 0: there was none.
    #[serde(default)]
    pub seen: Option<i64>,
    /// Who started it.
    pub by: String,
    /// What it is for.
    pub description: String,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How good its result is.
    pub progress: PlanningProgress,
    /// The best that it found.
    pub result: Option<WeekPlan>,
    /// Why there is no result, or why it was not published, a sentence each.
    pub why: Vec<String>,
    /// Since when its result is the week's timetable.
    pub published_at: Option<Timestamp>,
}

impl Sheet {
    /// Reads a Monday, or `forced`.
    ///
    /// # Errors
    /// What is neither.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "forced" { Ok(Self::Forced) } else { Week::parse(text).map(Self::Week) }
    }

    /// The week that its days are counted from; that of the forced shifts is none that anybody works in.
    #[must_use]
    pub fn week(self) -> Week {
        match self {
            Self::Week(week) => week,
            Self::Forced => Week::of(date(1970, 1, 5)),
        }
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Week(week) => week.fmt(f),
            Self::Forced => f.write_str("forced"),
        }
    }
}

impl WeekPlan {
    /// A table that nobody planned.
    #[must_use]
    pub fn of(table: Timetable) -> Self {
        Self { table, overload: BTreeMap::new(), penalties: Vec::new(), cost: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_a_week_or_the_forced_shifts() {
        for text in ["2026-11-23", "forced"] {
            assert_eq!(Sheet::parse(text).unwrap().to_string(), text);
        }
        assert!(Sheet::parse("2026-11-24").unwrap_err().contains("not a Monday"));
        assert_eq!(Sheet::Forced.week().to_string(), "1970-01-05");
    }
}
