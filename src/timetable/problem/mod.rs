//! A week to be planned, in neutral terms: days, shifts, lines, people, what costs and what never happens.

mod grid;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use grid::Grid;
pub use read::{FORMAT, ReadError};

use crate::config::{TimetableRules, TimetableWeights};

/// Most shifts of a day.
pub const MOST_SHIFTS: usize = 96;

/// A shift of a day; both are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The day, as in [`Problem::days`].
    pub day: usize,
    /// The shift of that day.
    pub shift: usize,
}

/// A week to be planned. Its JSON form is `tomatic-neutral/1`, with `rules` and `lines_by_shift` besides.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "read::Neutral", into = "read::Neutral")]
pub struct Problem {
    /// What it is called.
    pub name: String,
    /// The days' names, in order.
    pub days: Vec<String>,
    /// Shifts of each day.
    pub shifts: usize,
    /// Where the shifts begin and the last one ends, to be shown; may be empty.
    pub hours: Vec<String>,
    /// How many answer at once.
    pub lines: usize,
    /// Other numbers of lines: by day, for each of its shifts. 0 is a shift without service.
    pub lines_by_shift: BTreeMap<usize, Vec<usize>>,
    /// Shifts of a person in a day at most.
    pub max_per_day: usize,
    /// Words that mean nobody.
    pub nobodies: Vec<String>,
    /// The people.
    pub members: Vec<Member>,
    /// What costs how much.
    pub weights: TimetableWeights,
    /// What never happens.
    pub rules: TimetableRules,
}

/// Somebody who can be planned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Member {
    /// The person's id.
    pub id: String,
    /// Shifts in this week: at most, or exactly (`rules.exact_loads`).
    pub load: usize,
    /// Shifts in a day at most; none: the problem's own limit.
    pub max_per_day: Option<usize>,
    /// The desk's table; none: disturbs nobody.
    pub table: Option<i64>,
    /// Groups.
    pub groups: BTreeSet<String>,
    /// Where the person cannot be, and why (may be empty).
    pub busy: BTreeMap<Place, String>,
    /// Where the person would rather not be.
    pub undesired: BTreeSet<Place>,
    /// Where the person has to be.
    pub forced: BTreeSet<Place>,
}

impl Problem {
    /// Shifts of the week.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.days.len() * self.shifts
    }

    /// A place's number in the week.
    #[must_use]
    pub fn slot(&self, place: Place) -> usize {
        place.day * self.shifts + place.shift
    }

    /// The place of this number.
    #[must_use]
    pub fn place(&self, slot: usize) -> Place {
        Place { day: slot / self.shifts.max(1), shift: slot % self.shifts.max(1) }
    }

    /// Every place, day by day.
    pub fn places(&self) -> impl Iterator<Item = Place> + use<'_> {
        (0..self.slots()).map(|slot| self.place(slot))
    }

    /// How many answer at once in this shift.
    #[must_use]
    pub fn lines_at(&self, place: Place) -> usize {
        self.lines_by_shift
            .get(&place.day)
            .and_then(|day| day.get(place.shift))
            .copied()
            .unwrap_or(self.lines)
    }

    /// Shifts of this person in a day at most.
    #[must_use]
    pub fn limit(&self, member: &Member) -> usize {
        member.max_per_day.unwrap_or(self.max_per_day).min(self.shifts)
    }

    /// The shifts of which one should be free.
    #[must_use]
    pub fn lunch(&self) -> Vec<usize> {
        match &self.rules.lunch {
            Some(shifts) => shifts.clone(),
            None if self.shifts < 2 => Vec::new(),
            None => vec![self.shifts / 2 - 1, self.shifts / 2],
        }
    }

    /// Whether this person wants no lunch break.
    #[must_use]
    pub fn needs_no_lunch(&self, member: &Member) -> bool {
        self.rules.no_lunch_break.contains(&member.id)
    }

    /// A place in words: `wed 09:00-10:15`, or `wed shift 0` if the hours are not known.
    #[must_use]
    pub fn words(&self, place: Place) -> String {
        let day = self.days.get(place.day).map_or("?", String::as_str);
        match (self.hours.get(place.shift), self.hours.get(place.shift + 1)) {
            (Some(from), Some(to)) => format!("{day} {from}-{to}"),
            _ => format!("{day} shift {}", place.shift),
        }
    }

    /// How many of a group are there in this shift: not busy.
    #[must_use]
    pub fn present(&self, group: &str, place: Place) -> usize {
        let of_group = self.members.iter().filter(|member| member.groups.contains(group));
        of_group.filter(|member| !member.busy.contains_key(&place)).count()
    }
}
