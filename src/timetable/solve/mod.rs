//! Plans a week: the fewest points that any timetable can have, found by HiGHS in a process of its own.
//!
//! HiGHS is C++ and may take long: it runs in a child of this program (`stasisd timetable work`), which can be stopped
//! at any moment and whose fall takes nobody along. Every better timetable comes over as it is found, so the best one
//! is always on this side.

mod apart;
#[cfg(test)]
mod brute_tests;
mod days;
mod engine;
mod error;
mod first;
mod here;
mod model;
#[cfg(test)]
mod tests;
mod why;
mod wire;

use serde::{Deserialize, Serialize};

pub use apart::{Worker, solve};
pub use error::{Clash, SolveError, Unsolvable};
pub use here::{Step, plan_here};
pub use wire::work;

use super::{
    check::{Check, Penalty},
    problem::Grid,
};

/// Nobody waits longer than a week for the timetable of a week.
pub const LONGEST_SECONDS: f64 = 7.0 * 86_400.0;

/// How long and how exactly to plan.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// How long to look for a better timetable, in seconds.
    pub seconds: f64,
    /// Where chance begins: the same seed finds the same timetable, if there is time to end.
    pub seed: u32,
    /// Good enough: this much of the penalty above the bound. 0: only the proven best.
    pub gap: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self { seconds: 60.0, seed: 0, gap: 0.0 }
    }
}

impl Options {
    /// Numbers that can be worked with, whatever came from outside.
    fn sane(self) -> Self {
        let within = |number: f64, most: f64, else_: f64| {
            if number.is_nan() { else_ } else { number.clamp(0.0, most) }
        };
        let default = Self::default();
        Self {
            seconds: within(self.seconds, LONGEST_SECONDS, default.seconds),
            gap: within(self.gap, 1.0, default.gap),
            seed: self.seed,
        }
    }

    fn search(&self) -> engine::Search {
        engine::Search { seconds: self.seconds, seed: self.seed, gap: self.gap, start: None }
    }
}

/// How far a planning is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Points of the best timetable so far.
    pub best: Option<u64>,
    /// No timetable has fewer.
    pub bound: Option<u64>,
    /// Cells of the best one with somebody in them.
    pub filled: usize,
    /// Cells of the week.
    pub cells: usize,
    /// Seconds since the beginning.
    pub elapsed_secs: f64,
    /// When the best one was found, in seconds since the beginning.
    pub improved_secs: Option<f64>,
}

impl Progress {
    /// How much of the best one's points may be too many: 0 is proven, 1 knows nothing.
    #[must_use]
    pub fn gap(&self) -> Option<f64> {
        let (best, bound) = (self.best?, self.bound?);
        Some(if best <= bound { 0.0 } else { (best - bound) as f64 / best as f64 })
    }
}

/// Why a planning ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// There is none better.
    Proven,
    /// None is better by more than the gap that was asked for.
    GoodEnough,
    /// None is better of those that were looked at: there are too many shapes of a day to look at all.
    NotAllLookedAt,
    /// The time was over.
    Deadline,
    /// Somebody stopped it.
    Stopped,
    /// The solver failed; this is the best that it had found.
    Failed(String),
}

/// A planned week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// Who is on the telephone when.
    pub grid: Grid,
    /// Its points.
    pub penalty: u64,
    /// No timetable has fewer; 0 if nothing is known.
    pub bound: u64,
    /// Where its points come from.
    pub breakdown: Vec<Penalty>,
    /// Why no better one was looked for.
    pub end: End,
}

impl Solution {
    fn new(grid: Grid, check: Check, bound: u64, end: End) -> Self {
        let bound = bound.min(check.penalty);
        let end = if bound == check.penalty { End::Proven } else { end };
        Self { grid, penalty: check.penalty, bound, breakdown: check.breakdown, end }
    }

    /// How much of its points may be too many.
    #[must_use]
    pub fn gap(&self) -> f64 {
        if self.penalty == 0 { 0.0 } else { (self.penalty - self.bound) as f64 / self.penalty as f64 }
    }
}
