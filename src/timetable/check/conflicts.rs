//! Every rule that a timetable breaks, in words.

use std::collections::BTreeMap;

use super::{Rule, Violation, idle_leaves};
use crate::timetable::problem::{Grid, Member, Place, Problem};

/// All that must not be: shift by shift, then person by person.
pub(super) fn all(problem: &Problem, grid: &Grid) -> Vec<Violation> {
    let mut found = Vec::new();
    for (slot, people) in grid.slots.iter().enumerate() {
        let place = problem.place(slot);
        let people: Vec<_> = people.iter().filter_map(|n| problem.members.get(*n)).collect();
        shift(problem, place, &people, &mut found);
        limits(problem, place, &people, &mut found);
    }
    for (number, member) in problem.members.iter().enumerate() {
        week(problem, grid, (number, member), &mut found);
        for day in 0..problem.days.len() {
            let has = |shift: &usize| grid.has(problem.slot(Place { day, shift: *shift }), number);
            let shifts: Vec<_> = (0..problem.shifts).filter(has).collect();
            self::day(problem, (member, day), &shifts, &mut found);
        }
    }
    found
}

fn at(problem: &Problem, rule: Rule, member: Option<&Member>, place: Place, text: String) -> Violation {
    let person = member.map(|member| member.id.clone());
    Violation { rule, text, person, day: problem.days.get(place.day).cloned(), shift: Some(place.shift) }
}

/// People of one shift: each once, free, and no more than there are lines.
fn shift(problem: &Problem, place: Place, people: &[&Member], found: &mut Vec<Violation>) {
    let (words, lines) = (problem.words(place), problem.lines_at(place));
    if people.len() > lines {
        let text = format!("{words}: {} people for {lines} lines", people.len());
        found.push(at(problem, Rule::Lines, None, place, text));
    }
    let empty = lines.saturating_sub(people.len());
    if let Some(most) = problem.rules.max_empty_lines
        && empty > most
    {
        let text = format!("{words}: {empty} empty lines, at most {most} may be");
        found.push(at(problem, Rule::Empty, None, place, text));
    }
    for (n, member) in people.iter().enumerate() {
        let id = &member.id;
        if people[..n].iter().any(|other| other.id == *id) {
            found.push(at(problem, Rule::Twice, Some(member), place, format!("{words}: {id} stands twice")));
        }
        if let Some(why) = member.busy.get(&place) {
            let why = if why.is_empty() { String::new() } else { format!(": {why}") };
            found.push(at(problem, Rule::Busy, Some(member), place, format!("{words}: {id} is busy{why}")));
        }
    }
}

/// Limits of tables and groups, as far as they are no matter of points.
fn limits(problem: &Problem, place: Place, people: &[&Member], found: &mut Vec<Violation>) {
    let (rules, weights, words) = (&problem.rules, &problem.weights, problem.words(place));
    if let Some(most) = rules.max_per_table.filter(|_| weights.over_table == 0) {
        let mut tables: BTreeMap<i64, usize> = BTreeMap::new();
        for table in people.iter().filter_map(|member| member.table) {
            *tables.entry(table).or_default() += 1;
        }
        for (table, n) in tables.into_iter().filter(|(_, n)| *n > most) {
            let text = format!("{words}: {n} of table {table}, at most {most} may be");
            found.push(at(problem, Rule::Table, None, place, text));
        }
    }
    let on_phone = |group: &str| people.iter().filter(|member| member.groups.contains(group)).count();
    for (group, most) in rules.max_on_phone.iter().filter(|_| weights.over_group == 0) {
        let n = on_phone(group);
        if n > *most {
            let text = format!("{words}: {n} of {group} on the phone, at most {most} may be");
            found.push(at(problem, Rule::OnPhone, None, place, text));
        }
    }
    for (group, least) in rules.min_idle.iter().filter(|_| weights.under_idle == 0) {
        let n = on_phone(group);
        if n > idle_leaves(problem, group, *least, place) {
            let idle = problem.present(group, place).saturating_sub(n);
            let text = format!("{words}: {idle} of {group} idle, at least {least} must be");
            found.push(at(problem, Rule::Idle, None, place, text));
        }
    }
}

fn week(problem: &Problem, grid: &Grid, (number, member): (usize, &Member), found: &mut Vec<Violation>) {
    let id = &member.id;
    let person = Some(id.clone());
    let has = grid.slots.iter().filter(|people| people.contains(&number)).count();
    if has > member.load || (problem.rules.exact_loads && has < member.load) {
        let text = format!("{id} has {has} shifts, and a load of {}", member.load);
        found.push(Violation { rule: Rule::Load, text, person, day: None, shift: None });
    }
    if problem.rules.keep_forced {
        let broken =
            |place: &&Place| !member.busy.contains_key(place) && !grid.has(problem.slot(**place), number);
        for place in member.forced.iter().filter(broken) {
            let text = format!("{id} is not in the forced shift {}", problem.words(*place));
            found.push(at(problem, Rule::Forced, Some(member), *place, text));
        }
    }
}

fn day(problem: &Problem, (member, day): (&Member, usize), shifts: &[usize], found: &mut Vec<Violation>) {
    let (id, name) = (&member.id, problem.days.get(day).cloned());
    let words = name.clone().unwrap_or_default();
    let mut put = |rule, text| {
        found.push(Violation { rule, text, person: Some(id.clone()), day: name.clone(), shift: None });
    };
    let limit = problem.limit(member);
    if shifts.len() > limit {
        put(Rule::DayLimit, format!("{id} has {} shifts on {words}, at most {limit} may be", shifts.len()));
    }
    let lunch = problem.lunch();
    let works_through = lunch.len() > 1 && lunch.iter().all(|shift| shifts.contains(shift));
    if problem.rules.lunch_break && works_through && !problem.needs_no_lunch(member) {
        put(Rule::Lunch, format!("{id} has no lunch break on {words}"));
    }
    if problem.rules.no_gaps && shifts.windows(2).any(|pair| pair[1] - pair[0] > 1) {
        put(Rule::Gap, format!("{id} has a pause between shifts on {words}"));
    }
}
