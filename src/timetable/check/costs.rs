//! Every point of a timetable, by name.

use std::collections::BTreeMap;

use super::{Kind, Penalty, blemishes, idle_leaves};
use crate::timetable::problem::{Grid, Member, Place, Problem};

/// All that costs: shift by shift, then person by person.
pub(super) fn all(problem: &Problem, grid: &Grid) -> Vec<Penalty> {
    let mut book = Book { problem, found: Vec::new() };
    for (slot, people) in grid.slots.iter().enumerate() {
        let place = problem.place(slot);
        let people: Vec<_> = people.iter().filter_map(|n| problem.members.get(*n)).collect();
        book.emptiness(place, people.len());
        book.tables(place, &people);
        book.groups(place, &people);
    }
    for (number, member) in problem.members.iter().enumerate() {
        book.wishes(grid, number, member);
        for day in 0..problem.days.len() {
            let has = |shift: &usize| grid.has(problem.slot(Place { day, shift: *shift }), number);
            let shifts: Vec<_> = (0..problem.shifts).filter(has).collect();
            book.day(member, day, &shifts);
        }
    }
    book.found
}

struct Book<'a> {
    problem: &'a Problem,
    found: Vec<Penalty>,
}

fn wide(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

impl Book<'_> {
    fn put(
        &mut self,
        (kind, points): (Kind, u64),
        who: Option<&Member>,
        (day, shift): (usize, Option<usize>),
        text: String,
    ) {
        if points > 0 {
            let person = who.map(|member| member.id.clone());
            let day = self.problem.days.get(day).cloned();
            self.found.push(Penalty { points, kind, text, person, day, shift });
        }
    }

    fn emptiness(&mut self, place: Place, people: usize) {
        let weights = &self.problem.weights;
        let empty = wide(self.problem.lines_at(place).saturating_sub(people));
        let words = self.problem.words(place);
        let lines = if empty == 1 { "1 empty line".to_owned() } else { format!("{empty} empty lines") };
        let at = (place.day, Some(place.shift));
        let costs = [
            (Kind::Empty, u64::from(weights.empty) * empty * empty),
            (Kind::EmptyLine, u64::from(weights.empty_line) * empty),
            (Kind::Incompletion, u64::from(weights.incompletion) * empty.saturating_sub(1)),
        ];
        for cost in costs {
            self.put(cost, None, at, format!("{words}: {lines}"));
        }
    }

    fn tables(&mut self, place: Place, people: &[&Member]) {
        let mut tables: BTreeMap<i64, Vec<&str>> = BTreeMap::new();
        for member in people {
            if let Some(table) = member.table {
                tables.entry(table).or_default().push(&member.id);
            }
        }
        let (weights, limit) = (&self.problem.weights, self.problem.rules.max_per_table);
        for (table, ids) in tables {
            let n = wide(ids.len());
            let words = format!("{}: {} of table {table}", self.problem.words(place), ids.join(", "));
            let at = (place.day, Some(place.shift));
            let pairs = n * n.saturating_sub(1) / 2;
            self.put((Kind::Crosstalk, u64::from(weights.crosstalk) * pairs), None, at, words.clone());
            let over = limit.map_or(0, |limit| wide(ids.len().saturating_sub(limit)));
            self.put((Kind::OverTable, u64::from(weights.over_table) * over), None, at, words);
        }
    }

    fn groups(&mut self, place: Place, people: &[&Member]) {
        let rules = &self.problem.rules;
        let on_phone = |group: &str| people.iter().filter(|member| member.groups.contains(group)).count();
        let (words, at) = (self.problem.words(place), (place.day, Some(place.shift)));
        for (group, most) in &rules.max_on_phone {
            let over = on_phone(group).saturating_sub(*most);
            let points = u64::from(self.problem.weights.over_group) * wide(over);
            let text = format!("{words}: {over} more of {group} on the phone than {most}");
            self.put((Kind::OverGroup, points), None, at, text);
        }
        for (group, least) in &rules.min_idle {
            let lacking = on_phone(group).saturating_sub(idle_leaves(self.problem, group, *least, place));
            let points = u64::from(self.problem.weights.under_idle) * wide(lacking);
            let text = format!("{words}: {group} lacks {lacking} of {least} idle");
            self.put((Kind::UnderIdle, points), None, at, text);
        }
    }

    /// Cells that are forced and not kept, or not wished and given.
    fn wishes(&mut self, grid: &Grid, number: usize, member: &Member) {
        let weights = &self.problem.weights;
        for place in &member.forced {
            let kept = grid.has(self.problem.slot(*place), number);
            if !kept && !member.busy.contains_key(place) {
                let text = format!("{} is not in the forced shift {}", member.id, self.problem.words(*place));
                let cost = (Kind::Unforced, u64::from(weights.unforced));
                self.put(cost, Some(member), (place.day, Some(place.shift)), text);
            }
        }
        for place in &member.undesired {
            if grid.has(self.problem.slot(*place), number) {
                let text = format!("{} would rather not have {}", member.id, self.problem.words(*place));
                let cost = (Kind::Undesired, u64::from(weights.undesired));
                self.put(cost, Some(member), (place.day, Some(place.shift)), text);
            }
        }
    }

    fn day(&mut self, member: &Member, day: usize, shifts: &[usize]) {
        let (problem, weights) = (self.problem, &self.problem.weights);
        let name = problem.days.get(day).map_or("?", String::as_str);
        let words =
            |what: &str| format!("{} has {what} on {name} ({})", member.id, picture(shifts, problem.shifts));
        let n = wide(shifts.len());
        let points = u64::from(weights.concentrated) * n * n.saturating_sub(1);
        self.put((Kind::Concentrated, points), Some(member), (day, None), words(&format!("{n} shifts")));
        for blemish in blemishes(shifts, problem.shifts, &problem.lunch()) {
            let kind = blemish.kind();
            let (points, what) = match kind {
                Kind::NoBrunch if problem.needs_no_lunch(member) => (0, ""),
                Kind::NoBrunch => (weights.no_brunch, "no lunch break"),
                Kind::Discontinuous => (weights.discontinuous, "a pause of one shift"),
                Kind::FarDiscontinuous => (weights.far_discontinuous, "a long pause"),
                _ => (weights.marathon, "three and more shifts in a row"),
            };
            self.put((kind, u64::from(points)), Some(member), (day, None), words(what));
        }
    }
}

/// A day as `.xx.`.
fn picture(shifts: &[usize], of: usize) -> String {
    (0..of).map(|shift| if shifts.contains(&shift) { 'x' } else { '.' }).collect()
}
