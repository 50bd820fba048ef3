//! `[timetables.NAME]`: a week of shifts, and the queue that it fills.

use std::collections::BTreeSet;

use jiff::{civil::Time, tz::TimeZone};
use serde::Deserialize;

use super::{
    Config, PlanConfig, ProgramConfig, TimetableRules, TimetableWeights, program, timetable_plan,
    timetable_rules, verify::Found,
};
use crate::model::Day;

/// `[timetables.phones]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct TimetableConfig {
    /// The queue of `app_queue` that it fills.
    pub queue: String,
    /// Bring the queue's members to what the timetable says; else it is only shown.
    #[serde(default = "yes")]
    pub program_queue: bool,
    /// How the queue is brought to it.
    #[serde(default)]
    pub program: ProgramConfig,
    /// IANA zone of its hours; none: `calls.time_zone`.
    #[serde(default)]
    pub time_zone: Option<String>,
    pub days: Vec<Day>,
    /// Where the shifts begin, and where the last one ends.
    pub hours: Vec<Time>,
    pub lines: usize,
    /// Shifts of one person in a day at most.
    #[serde(default = "two")]
    pub max_per_day: u32,
    /// Shifts above the share of work that somebody can be given.
    #[serde(default)]
    pub max_overload: u32,
    /// Lines of a shift that editing may leave empty at most; none: all.
    #[serde(default)]
    pub max_empty_lines: Option<usize>,
    /// Who may be planned: these groups' members; none: everybody with an ideal load.
    #[serde(default)]
    pub groups: BTreeSet<String>,
    /// When weeks are planned by themselves; none: by hand.
    #[serde(default)]
    pub plan: Option<PlanConfig>,
    #[serde(default)]
    pub weights: TimetableWeights,
    #[serde(default)]
    pub rules: TimetableRules,
}

fn yes() -> bool {
    true
}

fn two() -> u32 {
    2
}

impl TimetableConfig {
    /// The zone of its hours.
    #[must_use]
    pub fn zone(&self, config: &Config) -> TimeZone {
        TimeZone::get(self.time_zone.as_deref().unwrap_or(&config.calls.time_zone)).unwrap_or(TimeZone::UTC)
    }
}

/// Timetables that can be filled.
pub(super) fn verify(config: &Config, found: &mut Found) {
    for (name, timetable) in &config.timetables {
        let key = |field: &str| format!("timetables.{name}.{field}");
        timetable_plan::verify(name, timetable, found);
        let is_word = |text: &str| {
            (1..=64).contains(&text.len())
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
        };
        if !is_word(name) {
            found.add(
                key("queue"),
                "the timetable's name cannot stand in an address",
                "use A-Z a-z 0-9 _ - .",
            );
        }
        if !is_word(&timetable.queue) {
            found.add(key("queue"), "is no queue's name", "use the name of a section of queues.conf");
        }
        if timetable.time_zone.as_ref().is_some_and(|zone| TimeZone::get(zone).is_err()) {
            found.add(key("time_zone"), "is no time zone", "write it as Europe/Madrid");
        }
        let days: BTreeSet<_> = timetable.days.iter().collect();
        if days.is_empty() || days.len() != timetable.days.len() {
            found.add(key("days"), "each day stands there once", "write them as [\"mon\", \"tue\"]");
        }
        let rises = timetable.hours.windows(2).all(|pair| pair[0] < pair[1]);
        if !(2..=97).contains(&timetable.hours.len()) || !rises {
            found.add(
                key("hours"),
                "the shifts' limits rise, and there are 2 to 97",
                "write them as [\"09:00\", \"10:15\", \"11:30\"]: the last one is where the last shift ends",
            );
        }
        program::verify(name, &timetable.program, found);
        if !(1..=100).contains(&timetable.lines) {
            found.add(key("lines"), "there are 1 to 100 lines", "write how many answer at once");
        }
        let shifts = timetable.hours.len().saturating_sub(1);
        timetable_rules::verify(key, (&timetable.weights, &timetable.rules), shifts, found);
    }
}
