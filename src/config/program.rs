//! `[timetables.NAME.program]`: how a queue is brought to what its timetable says.

use serde::Deserialize;

use super::verify::Found;

/// `[timetables.phones.program]`
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct ProgramConfig {
    pub manage: Manage,
    /// A member that is in a call, rings or writes down the last one stays so long at most.
    pub grace_secs: u32,
    /// While nobody of a new shift can be rung, those of the last one stay, so long at most.
    pub keep_last_secs: u32,
    /// Penalty of each line, the first one's first; lines behind have the last one's. Empty: 0 for all.
    pub penalty_by_line: Vec<u32>,
    /// What becomes of the members outside of the hours, and on holidays.
    pub outside_hours: Otherwise,
    /// What becomes of them in a week that has no timetable.
    pub without_timetable: Otherwise,
    pub hand_changes: HandChanges,
}

/// Which members are taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Manage {
    /// Those that we added, or that a shift has wanted.
    Ours,
    /// Each that the timetable does not want; one of `queues.conf` is paused instead.
    All,
}

/// What becomes of the members while nobody is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// They are taken out.
    Empty,
    /// They stay.
    Keep,
}

/// What becomes of a removal that somebody did by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HandChanges {
    /// It holds until the end of the shift.
    Keep,
    /// The timetable wins.
    Undo,
}

impl Default for ProgramConfig {
    fn default() -> Self {
        Self {
            manage: Manage::Ours,
            grace_secs: 900,
            keep_last_secs: 1800,
            penalty_by_line: Vec::new(),
            outside_hours: Otherwise::Empty,
            without_timetable: Otherwise::Empty,
            hand_changes: HandChanges::Keep,
        }
    }
}

impl ProgramConfig {
    /// The penalty of a line, the first is 0.
    #[must_use]
    pub fn penalty(&self, line: usize) -> u32 {
        self.penalty_by_line.get(line).or(self.penalty_by_line.last()).copied().unwrap_or(0)
    }
}

/// Times and penalties that are meant in earnest.
pub(super) fn verify(timetable: &str, program: &ProgramConfig, found: &mut Found) {
    let key = |field: &str| format!("timetables.{timetable}.program.{field}");
    found.within(key("grace_secs"), program.grace_secs, 0..=86_400);
    found.within(key("keep_last_secs"), program.keep_last_secs, 0..=86_400);
    found.within(key("penalty_by_line (lines)"), program.penalty_by_line.len(), 0..=100);
    for penalty in &program.penalty_by_line {
        found.within(key("penalty_by_line"), *penalty, 0..=1000);
    }
}
