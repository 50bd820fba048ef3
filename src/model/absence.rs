//! Absences: when somebody cannot answer telephones, or would rather not.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Day, PersonId, Week};

/// Whose absence it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// One person.
    Person(PersonId),
    /// Everybody in a group.
    Group(String),
    /// Everybody: a holiday, a day without service.
    Everybody,
}

/// On which days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Each week on these days; none named: every day.
    Weekly(BTreeSet<Day>),
    /// From the first day to the last, both included.
    Dates {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
    },
}

/// What kind it is; the computation of loads asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AbsenceKind {
    /// Other work, at these shifts: the load stays.
    #[default]
    Busy,
    /// A day off: the load shrinks with it.
    Vacation,
    /// Not at work for a longer time: no load.
    Leave,
    /// Nobody works.
    Holiday,
}

/// Why and when somebody does not answer telephones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Absence {
    /// Its id.
    pub id: Uuid,
    /// Whose.
    pub who: Who,
    /// On which days.
    pub when: When,
    /// The shifts of those days, the first is 0; none named: the whole day.
    #[serde(default)]
    pub shifts: BTreeSet<u32>,
    /// A wish, which the timetable may overrule at a price.
    #[serde(default)]
    pub optional: bool,
    /// What kind.
    #[serde(default)]
    pub kind: AbsenceKind,
    /// Why: 1 to 200 characters.
    pub reason: String,
    /// The feed it came from; none: written here.
    #[serde(default)]
    pub feed: Option<String>,
}

impl When {
    /// Whether this day of this week is among them.
    #[must_use]
    pub fn holds(&self, week: Week, day: Day) -> bool {
        match self {
            Self::Weekly(days) => days.is_empty() || days.contains(&day),
            Self::Dates { from, to } => (*from..=*to).contains(&week.date(day)),
        }
    }
}

impl Absence {
    /// Whether it takes this shift of this day.
    #[must_use]
    pub fn takes(&self, week: Week, day: Day, shift: u32) -> bool {
        self.when.holds(week, day) && (self.shifts.is_empty() || self.shifts.contains(&shift))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn an_absence_takes_its_shifts_of_its_days() {
        let week = Week::parse("2026-11-23").unwrap();
        let weekly = Absence {
            id: Uuid::nil(),
            who: Who::Group("desk".into()),
            when: When::Weekly([Day::Tue].into()),
            shifts: [1].into(),
            optional: true,
            kind: AbsenceKind::Busy,
            reason: "meeting".into(),
            feed: None,
        };
        assert!(
            weekly.takes(week, Day::Tue, 1)
                && !weekly.takes(week, Day::Tue, 0)
                && !weekly.takes(week, Day::Wed, 1)
        );
        let when = When::Dates { from: date(2026, 11, 24), to: date(2026, 11, 30) };
        let dated = Absence { when, shifts: BTreeSet::new(), ..weekly };
        assert!(
            !dated.takes(week, Day::Mon, 0)
                && dated.takes(week, Day::Sun, 3)
                && dated.takes(week.plus(1), Day::Mon, 0)
        );
        let text = serde_json::to_string(&dated).unwrap();
        assert_eq!(serde_json::from_str::<Absence>(&text).unwrap(), dated);
    }
}
