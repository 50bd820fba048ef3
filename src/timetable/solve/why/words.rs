//! A clash in sentences.

use super::{
    grouped,
    items::{Item, group},
};
use crate::timetable::{check::idle_leaves, problem::Problem};

/// One sentence for each kind of rule that takes part.
pub(super) fn sentences(problem: &Problem, items: &[Item]) -> Vec<String> {
    let mut found = Vec::new();
    let id = |n: usize| problem.members[n].id.as_str();
    let place = |slot: usize| problem.words(problem.place(slot));
    for item in items {
        match *item {
            Item::LoadLeast(n) => {
                found.push(format!("{} has to have {} shifts.", id(n), problem.members[n].load));
            }
            Item::Forced(n, slot) => found.push(format!("{} is forced into {}.", id(n), place(slot))),
            Item::Filled(slot) => {
                let lines = problem.lines_at(problem.place(slot));
                let least = lines.saturating_sub(problem.rules.max_empty_lines.unwrap_or(0));
                found.push(format!("{} needs {least} people for its {lines} lines.", place(slot)));
            }
            _ => {}
        }
    }
    found.extend(busy(problem, items));
    let loads = items.iter().filter_map(|item| if let Item::LoadMost(n) = item { Some(*n) } else { None });
    let loads: Vec<_> = loads.map(|n| format!("{} {}", id(n), problem.members[n].load)).collect();
    if !loads.is_empty() {
        found.push(format!("Loads are at most: {}.", loads.join(", ")));
    }
    let of_day = |wanted: fn(&Item) -> Option<(usize, usize)>| {
        grouped(items.iter().filter_map(wanted).map(|(n, day)| (n, problem.days[day].as_str())))
    };
    for (n, days) in of_day(|item| if let Item::DayLimit(n, day) = item { Some((*n, *day)) } else { None }) {
        let limit = problem.limit(&problem.members[n]);
        found.push(format!("{} has at most {limit} shifts a day ({}).", id(n), days.join(", ")));
    }
    for (n, days) in of_day(|item| if let Item::Lunch(n, day) = item { Some((*n, *day)) } else { None }) {
        found.push(format!("{} has a lunch break ({}).", id(n), days.join(", ")));
    }
    for (n, days) in of_day(|item| if let Item::Gap(n, day) = item { Some((*n, *day)) } else { None }) {
        found.push(format!("{} has no pause between shifts ({}).", id(n), days.join(", ")));
    }
    found.extend(limits(problem, items));
    found
}

/// Who is busy, by shift or by person, whichever are fewer sentences.
fn busy(problem: &Problem, items: &[Item]) -> Vec<String> {
    let pairs: Vec<_> = items
        .iter()
        .filter_map(|item| if let Item::Busy(n, slot) = item { Some((*n, *slot)) } else { None })
        .collect();
    let because = |n: usize, slot: usize| {
        let why = problem.members[n].busy.get(&problem.place(slot)).map_or("", String::as_str);
        if why.is_empty() { String::new() } else { format!(" ({why})") }
    };
    let by_person = grouped(pairs.iter().copied());
    let by_slot = grouped(pairs.iter().map(|(n, slot)| (*slot, *n)));
    let words = |slot: usize| problem.words(problem.place(slot));
    if by_slot.len() < by_person.len() {
        let sentence = |(slot, people): (usize, Vec<usize>)| {
            let names: Vec<_> =
                people.iter().map(|n| format!("{}{}", problem.members[*n].id, because(*n, slot))).collect();
            format!("Busy at {}: {}.", words(slot), names.join(", "))
        };
        by_slot.into_iter().map(sentence).collect()
    } else {
        let sentence = |(n, slots): (usize, Vec<usize>)| {
            let places: Vec<_> =
                slots.iter().map(|slot| format!("{}{}", words(*slot), because(n, *slot))).collect();
            format!("{} is busy at {}.", problem.members[n].id, places.join(", "))
        };
        by_person.into_iter().map(sentence).collect()
    }
}

/// Limits of shifts, tables and groups.
fn limits(problem: &Problem, items: &[Item]) -> Vec<String> {
    let words = |slot: usize| problem.words(problem.place(slot));
    let sentence = |item: &Item| match *item {
        Item::Lines(slot) => {
            Some(format!("{} has {} lines.", words(slot), problem.lines_at(problem.place(slot))))
        }
        Item::Table(table, slot) => {
            let most = problem.rules.max_per_table.unwrap_or(0);
            Some(format!("{}: at most {most} of table {table}.", words(slot)))
        }
        Item::OnPhone(n, slot) => {
            let (name, most) = group(&problem.rules.max_on_phone, n);
            Some(format!("{}: at most {most} of {name} on the phone.", words(slot)))
        }
        Item::Idle(n, slot) => {
            let (name, least) = group(&problem.rules.min_idle, n);
            let most = idle_leaves(problem, name, least, problem.place(slot));
            Some(format!("{}: {least} of {name} stay idle, so {most} can be on the phone.", words(slot)))
        }
        _ => None,
    };
    items.iter().filter_map(sentence).collect()
}
