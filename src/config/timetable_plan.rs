//! `[timetables.NAME.plan]`: when weeks are planned by themselves.

use jiff::civil::Time;
use serde::Deserialize;

use super::{TimetableConfig, verify::Found};
use crate::model::Day;

/// `[timetables.phones.plan]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "see config/stasisd.toml")]
pub struct PlanConfig {
    pub day: Day,
    pub at: Time,
    /// Which week: 1 is the one after the day's.
    #[serde(default = "one")]
    pub ahead_weeks: u8,
    /// How long it may look for something better.
    #[serde(default = "two_hours")]
    pub grace_minutes: u32,
    /// Publish what it found; else it waits for somebody to do so.
    #[serde(default)]
    pub publish: bool,
}

fn one() -> u8 {
    1
}

fn two_hours() -> u32 {
    120
}

pub(super) fn verify(name: &str, timetable: &TimetableConfig, found: &mut Found) {
    let Some(plan) = &timetable.plan else { return };
    found.within(format!("timetables.{name}.plan.ahead_weeks"), plan.ahead_weeks, 1..=52);
    found.within(format!("timetables.{name}.plan.grace_minutes"), plan.grace_minutes, 1..=1440);
}
