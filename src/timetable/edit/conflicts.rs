//! What in a table contradicts what is known of people: who is away, twice at a time, too often in a day.

use std::collections::BTreeMap;

use serde::Serialize;

use super::shift_name;
use crate::model::{Absence, Cell, Day, Person, PersonId, Slot, Timetable, Week, Who};

/// What is known of people and rules.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// Who works here.
    pub persons: &'a BTreeMap<PersonId, Person>,
    /// When they are away.
    pub absences: &'a [Absence],
    /// Shifts of one person in a day at most, unless the person has another limit.
    pub max_per_day: u32,
    /// Lines of a shift that may stay empty; none: all.
    pub max_empty_lines: Option<usize>,
    /// Shifts above the ideal load that nobody is surprised by.
    pub max_overload: u32,
}

/// What kind of contradiction it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Nobody of that id works here.
    UnknownPerson,
    /// On two lines of one shift.
    Twice,
    /// More lines are empty than may be.
    Empty,
    /// Away.
    Busy,
    /// More shifts in a day than may be.
    DayLimit,
    /// Would rather not.
    Undesired,
    /// More shifts in the week than the share of work.
    Load,
    /// Has no telephone: is not in the queue.
    NoExtension,
}

/// What a contradiction means for an edit that brings it about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It is told.
    Shown,
    /// It is made only when the editor insists.
    NeedsForce,
    /// It is not made.
    Refused,
}

/// A contradiction.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Conflict {
    /// What kind.
    pub kind: ConflictKind,
    /// What it means for an edit.
    pub severity: Severity,
    /// Whose, if somebody's.
    pub person: Option<PersonId>,
    /// On which day, if on one.
    pub day: Option<Day>,
    /// In which shift, if in one.
    pub shift: Option<usize>,
    /// One sentence.
    pub text: String,
    /// How much of it there is: an edit that makes it worse brings it about.
    #[serde(skip)]
    pub amount: usize,
}

impl ConflictKind {
    /// What it means for an edit.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::UnknownPerson | Self::Twice | Self::Empty => Severity::Refused,
            Self::Busy | Self::DayLimit => Severity::NeedsForce,
            Self::Undesired | Self::Load | Self::NoExtension => Severity::Shown,
        }
    }
}

impl Conflict {
    fn at(kind: ConflictKind, slot: Slot, person: Option<&PersonId>, amount: usize, text: String) -> Self {
        Self {
            kind,
            severity: kind.severity(),
            person: person.cloned(),
            day: Some(slot.day),
            shift: Some(slot.shift),
            text,
            amount,
        }
    }

    /// Whether the other one is about the same.
    #[must_use]
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        (self.kind, &self.person, self.day, self.shift) == (other.kind, &other.person, other.day, other.shift)
    }
}

/// Everything in a table that contradicts what is known, by day and shift.
#[must_use]
pub fn conflicts(table: &Timetable, ground: &Ground<'_>) -> Vec<Conflict> {
    let mut found = Vec::new();
    for slot in table.slots() {
        of_shift(table, slot, ground, &mut found);
    }
    for &day in &table.days {
        of_day(table, day, ground, &mut found);
    }
    of_week(table, ground, &mut found);
    found
}

fn of_shift(table: &Timetable, slot: Slot, ground: &Ground<'_>, found: &mut Vec<Conflict>) {
    let name = shift_name(table, slot);
    let cells = table.at(slot).unwrap_or_default();
    let empty = cells.iter().filter(|cell| matches!(cell, Cell::Open | Cell::Nobody)).count();
    if let Some(most) = ground.max_empty_lines.filter(|most| empty > *most) {
        let text = format!("{name} has {empty} empty lines, and at most {most} may be empty");
        found.push(Conflict::at(ConflictKind::Empty, slot, None, empty, text));
    }
    let mut seen: BTreeMap<&PersonId, usize> = BTreeMap::new();
    for person in table.people(slot) {
        *seen.entry(person).or_default() += 1;
    }
    for (id, times) in seen {
        let mut add = |kind, amount, text| found.push(Conflict::at(kind, slot, Some(id), amount, text));
        if times > 1 {
            add(ConflictKind::Twice, times, format!("{id} is on {times} lines of {name}"));
        }
        let Some(person) = ground.persons.get(id) else {
            add(ConflictKind::UnknownPerson, 1, format!("there is no person {id} ({name})"));
            continue;
        };
        if let Some((reason, is_optional)) = away(person, ground.absences, table.week, slot) {
            let (kind, words) = if is_optional {
                (ConflictKind::Undesired, "would rather not answer")
            } else {
                (ConflictKind::Busy, "cannot answer")
            };
            add(kind, 1, format!("{id} {words} on {name}: {reason}"));
        }
    }
}

fn of_day(table: &Timetable, day: Day, ground: &Ground<'_>, found: &mut Vec<Conflict>) {
    let mut shifts: BTreeMap<&PersonId, usize> = BTreeMap::new();
    for shift in 0..table.shifts() {
        for person in table.people(Slot { day, shift }) {
            *shifts.entry(person).or_default() += 1;
        }
    }
    for (id, count) in shifts {
        let own = ground.persons.get(id).and_then(|person| person.max_per_day);
        let most = own.unwrap_or(ground.max_per_day);
        if count > usize::try_from(most).unwrap_or(usize::MAX) {
            let text = format!("{id} has {count} shifts on {day}, and at most {most} in a day");
            let conflict =
                Conflict::at(ConflictKind::DayLimit, Slot { day, shift: 0 }, Some(id), count, text);
            found.push(Conflict { shift: None, ..conflict });
        }
    }
}

fn of_week(table: &Timetable, ground: &Ground<'_>, found: &mut Vec<Conflict>) {
    let mut shifts: BTreeMap<&PersonId, u32> = BTreeMap::new();
    for person in table.slots().flat_map(|slot| table.people(slot)) {
        *shifts.entry(person).or_default() += 1;
    }
    for (id, count) in shifts {
        let Some(person) = ground.persons.get(id) else { continue };
        let mut add = |kind: ConflictKind, text| {
            let (person, amount) = (Some(id.clone()), usize::try_from(count).unwrap_or(usize::MAX));
            let severity = kind.severity();
            found.push(Conflict { kind, severity, person, day: None, shift: None, text, amount });
        };
        if let Some(ideal) = person.ideal_load
            && f64::from(count) > ideal + f64::from(ground.max_overload)
        {
            add(ConflictKind::Load, format!("{id} has {count} shifts, and {ideal} in a whole week of work"));
        }
        if person.member_interface().is_none() {
            add(ConflictKind::NoExtension, format!("{id} has no extension, and is in no queue"));
        }
    }
}

/// Why somebody is away in a shift, and whether it is only a wish; what is no wish goes first.
#[must_use]
pub fn away(person: &Person, absences: &[Absence], week: Week, slot: Slot) -> Option<(String, bool)> {
    let shift = u32::try_from(slot.shift).unwrap_or(u32::MAX);
    let concerns = |who: &Who| match who {
        Who::Person(id) => *id == person.id,
        Who::Group(group) => person.groups.contains(group),
        Who::Everybody => true,
    };
    let taking = absences.iter().filter(|a| concerns(&a.who) && a.takes(week, slot.day, shift));
    taking.min_by_key(|absence| absence.optional).map(|absence| (absence.reason.clone(), absence.optional))
}
