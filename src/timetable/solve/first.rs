//! A first timetable, in no time: the emptiest shift gets whoever costs the least, until nobody is worth it.

use std::collections::BTreeMap;

use super::days::{self, Mask};
use crate::timetable::{
    check::{check, idle_leaves},
    problem::{Grid, Place, Problem},
};

/// A timetable that breaks no rule, if this simple way finds one.
pub(super) fn timetable(problem: &Problem) -> Option<Grid> {
    let mut table = Table::new(problem);
    let forced = problem.members.iter().enumerate();
    let forced = forced.flat_map(|(n, member)| member.forced.iter().map(move |place| (n, *place)));
    for (member, place) in forced {
        if table.fits(member, place) {
            table.put(member, place);
        }
    }
    while table.fill_one() {}
    check(problem, &table.grid).conflicts.is_empty().then_some(table.grid)
}

struct Table<'a> {
    problem: &'a Problem,
    grid: Grid,
    /// By member and day.
    days: Vec<Vec<Mask>>,
    left: Vec<usize>,
    tables: BTreeMap<(usize, i64), usize>,
    groups: BTreeMap<(usize, &'a str), usize>,
    /// By slot and group: at most so many, and what each one more costs (0: never).
    limits: BTreeMap<(usize, &'a str), Vec<(usize, u32)>>,
}

impl<'a> Table<'a> {
    fn new(problem: &'a Problem) -> Self {
        let mut limits: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for place in problem.places() {
            let slot = problem.slot(place);
            for (group, most) in &problem.rules.max_on_phone {
                limits.entry((slot, group.as_str())).or_default().push((*most, problem.weights.over_group));
            }
            for (group, least) in &problem.rules.min_idle {
                let most = idle_leaves(problem, group, *least, place);
                limits.entry((slot, group.as_str())).or_default().push((most, problem.weights.under_idle));
            }
        }
        Self {
            problem,
            grid: Grid::empty(problem),
            days: vec![vec![0; problem.days.len()]; problem.members.len()],
            left: problem.members.iter().map(|member| member.load).collect(),
            tables: BTreeMap::new(),
            groups: BTreeMap::new(),
            limits,
        }
    }

    fn put(&mut self, number: usize, place: Place) {
        let (slot, member) = (self.problem.slot(place), &self.problem.members[number]);
        self.grid.put(slot, number);
        self.days[number][place.day] |= 1 << place.shift;
        self.left[number] -= 1;
        if let Some(table) = member.table {
            *self.tables.entry((slot, table)).or_default() += 1;
        }
        for group in member.groups.iter().filter(|group| self.limits.contains_key(&(slot, group.as_str()))) {
            *self.groups.entry((slot, group)).or_default() += 1;
        }
    }

    /// Whether somebody can be put there without breaking a rule.
    fn fits(&self, number: usize, place: Place) -> bool {
        let (problem, member) = (self.problem, &self.problem.members[number]);
        let slot = problem.slot(place);
        let day = self.days[number][place.day];
        let then = day | 1 << place.shift;
        self.left[number] > 0
            && self.grid.slots[slot].len() < problem.lines_at(place)
            && then != day
            && then.count_ones() as usize <= problem.limit(member)
            && !member.busy.contains_key(&place)
            && days::allowed(problem, then, problem.needs_no_lunch(member))
            && self.company(number, slot).is_some()
    }

    /// What it costs that others of the same table and groups are there; none if it may not be.
    fn company(&self, number: usize, slot: usize) -> Option<u64> {
        let (problem, member) = (self.problem, &self.problem.members[number]);
        let mut cost = 0;
        if let Some(table) = member.table {
            let others = self.tables.get(&(slot, table)).copied().unwrap_or(0);
            cost += u64::from(problem.weights.crosstalk) * others as u64;
            if problem.rules.max_per_table.is_some_and(|most| others >= most) {
                cost += u64::from(Some(problem.weights.over_table).filter(|weight| *weight > 0)?);
            }
        }
        for group in member.groups.iter().filter(|_| !self.limits.is_empty()) {
            let others = self.groups.get(&(slot, group.as_str())).copied().unwrap_or(0);
            for (most, weight) in self.limits.get(&(slot, group.as_str())).into_iter().flatten() {
                if others >= *most {
                    cost += u64::from(Some(*weight).filter(|weight| *weight > 0)?);
                }
            }
        }
        Some(cost)
    }

    /// What somebody costs there; none if it may not be.
    fn cost(&self, number: usize, place: Place) -> Option<u64> {
        if !self.fits(number, place) {
            return None;
        }
        let (problem, member) = (self.problem, &self.problem.members[number]);
        let through = problem.needs_no_lunch(member);
        let day = self.days[number][place.day];
        let shape = days::points(problem, day | 1 << place.shift, through);
        let wish = if member.undesired.contains(&place) { u64::from(problem.weights.undesired) } else { 0 };
        let company = self.company(number, problem.slot(place))?;
        Some((shape + wish + company).saturating_sub(days::points(problem, day, through)))
    }

    /// Fills the cell that is worth the most; false if there is none.
    fn fill_one(&mut self) -> bool {
        let problem = self.problem;
        let mut slots: Vec<_> = problem.places().collect();
        let empty = |table: &Self, place: Place| {
            problem.lines_at(place).saturating_sub(table.grid.slots[problem.slot(place)].len())
        };
        slots.sort_by_key(|place| std::cmp::Reverse(empty(self, *place)));
        for place in slots {
            let lines = empty(self, place) as u64;
            if lines == 0 {
                continue;
            }
            let weights = &problem.weights;
            let step = u64::from(weights.empty) * (2 * lines - 1) + u64::from(weights.empty_line);
            let worth = step + if lines > 1 { u64::from(weights.incompletion) } else { 0 };
            let people = 0..problem.members.len();
            let people =
                people.filter_map(|n| Some((self.cost(n, place)?, std::cmp::Reverse(self.left[n]), n)));
            if let Some((_, _, member)) = people.min().filter(|(cost, _, _)| *cost < worth) {
                self.put(member, place);
                return true;
            }
        }
        false
    }
}
