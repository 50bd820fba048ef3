//! How many shifts each one gets: the loads of the week, from ideal loads, days off, credits and forced shifts.

use std::collections::BTreeMap;

use super::{Task, highs::takes_part};
use crate::{
    model::{AbsenceKind, Cell, Day, Person, PersonId, Slot, Who},
    timetable::{
        edit::away,
        loads::{Candidate, Demand, Loads, Mask, Steps, compute},
    },
};

/// Somebody's shifts in a week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share {
    /// How many.
    pub(super) shifts: usize,
    /// How many would be fair.
    pub(super) fair: f64,
}

/// Everybody's shifts.
pub(super) fn shares(task: &Task) -> BTreeMap<PersonId, Share> {
    let share = |steps: Steps| {
        let shifts = usize::try_from(steps.load).ok()?;
        Some((PersonId::parse(&steps.id).ok()?, Share { shifts, fair: steps.proportional }))
    };
    loads(task).people.into_iter().filter_map(share).collect()
}

/// The same with each step that leads there.
pub(super) fn loads(task: &Task) -> Loads {
    let table = &task.table;
    let is_open = |day: &Day| {
        let mut slots = (0..table.shifts()).map(|shift| Slot { day: *day, shift });
        slots.any(|slot| table.at(slot).is_some_and(|cells| !cells.contains(&Cell::Holiday)))
    };
    let service: Vec<Day> = table.days.iter().copied().filter(is_open).collect();
    let middle = table.shifts() / 2;
    let lunch = || if table.shifts() < 2 { Vec::new() } else { vec![middle - 1, middle] };
    let demand = Demand {
        full_days: table.days.len(),
        days: service.len(),
        shifts: table.shifts(),
        lines: table.lines,
        max_per_day: usize::try_from(task.config.max_per_day).unwrap_or(usize::MAX),
        lunch: task.config.rules.lunch.clone().unwrap_or_else(lunch),
        max_overload: task.config.max_overload.into(),
        // Credits that are forgiven are not in the task.
        forgive: false,
        adjust_lines: false,
    };
    let people = task.crew.persons.values().filter(|person| takes_part(task, person));
    let candidates: Vec<Candidate> = people.map(|person| candidate(task, person, &service)).collect();
    compute(&demand, &candidates)
}

fn candidate(task: &Task, person: &Person, service: &[Day]) -> Candidate {
    let table = &task.table;
    let slots = |day: Day| (0..table.shifts()).map(move |shift| Slot { day, shift });
    let mask = |day: &Day| {
        let taken = |slot: &Slot| {
            let is_away = away(person, &task.crew.absences, table.week, *slot).is_some_and(|(_, wish)| !wish);
            is_away || table.at(*slot).is_some_and(|cells| cells.contains(&Cell::Holiday))
        };
        slots(*day).filter(taken).fold(0, |mask: Mask, slot| mask | Mask::from(1_u8) << slot.shift)
    };
    let days =
        |kinds: &[AbsenceKind]| service.iter().filter(|day| is_off(task, person, **day, kinds)).count();
    let days_off = days(&[AbsenceKind::Vacation, AbsenceKind::Leave]);
    let is_forced = |slot: &Slot| {
        let forced = task.forced.as_ref().map(|forced| forced.people(*slot).any(|id| *id == person.id));
        let is_busy = away(person, &task.crew.absences, table.week, *slot).is_some_and(|(_, wish)| !wish);
        forced.unwrap_or(false) && !is_busy
    };
    let forced = service.iter().flat_map(|day| slots(*day)).filter(is_forced).count();
    Candidate {
        id: person.id.to_string(),
        ideal: person.ideal_load.unwrap_or_default(),
        days_off,
        on_leave: !service.is_empty() && days(&[AbsenceKind::Leave]) == service.len(),
        busy: service.iter().map(mask).collect(),
        max_per_day: person.max_per_day.map(|most| usize::try_from(most).unwrap_or(usize::MAX)),
        credit: task.credit.get(&person.id).copied().unwrap_or_default(),
        least: u32::try_from(forced).unwrap_or(u32::MAX),
    }
}

/// Whether somebody is off on this day for one of these kinds of reasons.
fn is_off(task: &Task, person: &Person, day: Day, kinds: &[AbsenceKind]) -> bool {
    task.crew.absences.iter().any(|absence| {
        let is_own = match &absence.who {
            Who::Person(id) => *id == person.id,
            Who::Group(group) => person.groups.contains(group),
            Who::Everybody => true,
        };
        is_own
            && !absence.optional
            && kinds.contains(&absence.kind)
            && absence.when.holds(task.table.week, day)
    })
}
