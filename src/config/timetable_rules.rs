//! `[timetables.NAME.weights]` and `[timetables.NAME.rules]`: what a timetable avoids, and what it never does.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::verify::Found;

/// `[timetables.phones.weights]`: points, of which a timetable has as few as can be. Nothing costs at 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct TimetableWeights {
    /// For n empty lines of a shift n × n times.
    pub empty: u32,
    /// For each empty line.
    pub empty_line: u32,
    /// For each empty line of a shift but the first.
    pub incompletion: u32,
    /// For each forced cell that is not kept.
    pub unforced: u32,
    /// For n shifts of a person in a day n × (n - 1) times.
    pub concentrated: u32,
    /// For each cell that somebody would rather not have.
    pub undesired: u32,
    /// For a day that has the lunch shifts and no others.
    pub no_brunch: u32,
    /// For a pause of one shift in somebody's day.
    pub discontinuous: u32,
    /// For a longer pause.
    pub far_discontinuous: u32,
    /// For three and more shifts in a row.
    pub marathon: u32,
    /// For each pair of one table in a shift.
    pub crosstalk: u32,
    /// For each person of a table above `rules.max_per_table`; 0: never.
    pub over_table: u32,
    /// For each person of a group above `rules.max_on_phone`; 0: never.
    pub over_group: u32,
    /// For each idle person that a group lacks of `rules.min_idle`; 0: never.
    pub under_idle: u32,
}

impl TimetableWeights {
    /// Most points that a weight can have.
    pub const MOST: u32 = 100_000;

    /// The first weight that has more points than can be.
    #[must_use]
    pub fn too_large(&self) -> Option<String> {
        let points = serde_json::to_value(self).unwrap_or_default();
        let too_large = |points: &serde_json::Value| points.as_u64() > Some(u64::from(Self::MOST));
        let mut weights = points.as_object()?.iter();
        weights.find(|(_, points)| too_large(points)).map(|(name, _)| name.clone())
    }
}

impl Default for TimetableWeights {
    fn default() -> Self {
        Self {
            empty: 100,
            empty_line: 0,
            incompletion: 1,
            unforced: 50,
            concentrated: 10,
            undesired: 5,
            no_brunch: 10,
            discontinuous: 30,
            far_discontinuous: 20,
            marathon: 40,
            crosstalk: 0,
            over_table: 0,
            over_group: 0,
            under_idle: 0,
        }
    }
}

/// `[timetables.phones.rules]`: what holds in every timetable that is planned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(
    missing_docs,
    clippy::struct_excessive_bools,
    reason = "see config/stasisd.toml; each holds or does not"
)]
pub struct TimetableRules {
    /// Everybody has all of their load; else at most so much.
    pub exact_loads: bool,
    /// Forced cells are kept; else they cost `weights.unforced`.
    pub keep_forced: bool,
    /// Nobody has all of the lunch shifts in a day, except those who want no break.
    pub lunch_break: bool,
    /// Somebody's shifts of a day follow each other.
    pub no_gaps: bool,
    /// The shifts (the first is 0) of which one should be free; none: the two in the middle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lunch: Option<Vec<usize>>,
    /// Empty lines of a shift at most; none: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_empty_lines: Option<usize>,
    /// People of one table in a shift at most; none: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_table: Option<usize>,
    /// People of this group in a shift at most.
    pub max_on_phone: BTreeMap<String, usize>,
    /// People of this group that are there and not on the phone, at least.
    pub min_idle: BTreeMap<String, usize>,
    /// Who wants no lunch break.
    pub no_lunch_break: Vec<String>,
}

/// Rules that name shifts which are there, and points that can be added up.
pub(super) fn verify(
    key: impl Fn(&str) -> String,
    (weights, rules): (&TimetableWeights, &TimetableRules),
    shifts: usize,
    found: &mut Found,
) {
    if let Some(lunch) = &rules.lunch {
        let each: BTreeSet<_> = lunch.iter().collect();
        if each.len() < 2 || each.len() != lunch.len() || lunch.iter().any(|shift| *shift >= shifts) {
            let mend = format!("write shifts from 0 to {}, as [1, 2]", shifts.saturating_sub(1));
            found.add(key("rules.lunch"), "is not two shifts or more that are there, each once", mend);
        }
    }
    if let Some(name) = weights.too_large() {
        found.add(key(&format!("weights.{name}")), "is more than 100000 points", "write less");
    }
}
