//! A first timetable, in no time: the emptiest shift gets whoever costs the least, until nobody is worth it.

use std::{cmp::Reverse, collections::BTreeMap, time::Instant};

use super::days::{self, Mask};
use crate::{
    tasks::clock,
    timetable::{
        check::{check, idle_leaves},
        problem::{Grid, Place, Problem},
    },
};

/// A timetable that breaks no rule, if this simple way finds one in time.
pub(super) fn timetable(problem: &Problem, until: Instant) -> Option<Grid> {
    let mut table = Table::new(problem);
    let forced = problem.members.iter().enumerate();
    let forced = forced.flat_map(|(n, member)| member.forced.iter().map(move |place| (n, *place)));
    for (member, place) in forced {
        if table.cost(member, place).is_some() {
            table.put(member, place);
        }
    }
    while clock::instant() < until && table.fill_one() {}
    check(problem, &table.grid).conflicts.is_empty().then_some(table.grid)
}

struct Table<'a> {
    problem: &'a Problem,
    grid: Grid,
    /// By member and day.
    days: Vec<Vec<Mask>>,
    left: Vec<usize>,
    /// By member: who wants no lunch break.
    through: Vec<bool>,
    /// What a day of these shifts costs (none: it may not be), as far as it was asked.
    shapes: BTreeMap<(Mask, bool), Option<u64>>,
    tables: BTreeMap<(usize, i64), usize>,
    limits: Vec<Limit>,
    /// By member: which limits count it.
    limited: Vec<Vec<usize>>,
}

/// A limit of a group.
struct Limit {
    /// By slot: so many at most.
    most: Vec<usize>,
    /// By slot: so many are there.
    there: Vec<usize>,
    /// What each one more costs; 0: never.
    weight: u32,
}

impl<'a> Table<'a> {
    fn new(problem: &'a Problem) -> Self {
        let (rules, weights) = (&problem.rules, &problem.weights);
        let limit = |most: Vec<usize>, weight| Limit { there: vec![0; most.len()], most, weight };
        let on_phone = rules
            .max_on_phone
            .iter()
            .map(|(group, most)| (group, limit(vec![*most; problem.slots()], weights.over_group)));
        let idle = rules.min_idle.iter().map(|(group, least)| {
            let most = problem.places().map(|place| idle_leaves(problem, group, *least, place)).collect();
            (group, limit(most, weights.under_idle))
        });
        let (groups, limits): (Vec<_>, Vec<_>) = on_phone.chain(idle).unzip();
        let of_groups = |member: &crate::timetable::Member| {
            (0..groups.len()).filter(|n| member.groups.contains(groups[*n])).collect()
        };
        Self {
            problem,
            grid: Grid::empty(problem),
            days: vec![vec![0; problem.days.len()]; problem.members.len()],
            left: problem.members.iter().map(|member| member.load).collect(),
            through: problem.members.iter().map(|member| problem.needs_no_lunch(member)).collect(),
            shapes: BTreeMap::new(),
            tables: BTreeMap::new(),
            limited: problem.members.iter().map(of_groups).collect(),
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
        for limit in &self.limited[number] {
            self.limits[*limit].there[slot] += 1;
        }
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
        for limit in self.limited[number].iter().map(|limit| &self.limits[*limit]) {
            if limit.there[slot] >= limit.most[slot] {
                cost += u64::from(Some(limit.weight).filter(|weight| *weight > 0)?);
            }
        }
        Some(cost)
    }

    /// What a day of these shifts costs by its shape; none if it may not be.
    fn shape(&mut self, mask: Mask, through: bool) -> Option<u64> {
        let problem = self.problem;
        *self.shapes.entry((mask, through)).or_insert_with(|| {
            days::allowed(problem, mask, through).then(|| days::points(problem, mask, through))
        })
    }

    /// What somebody costs there; none if it would break a rule.
    fn cost(&mut self, number: usize, place: Place) -> Option<u64> {
        let (problem, member) = (self.problem, &self.problem.members[number]);
        let (day, slot) = (self.days[number][place.day], problem.slot(place));
        let then = day | 1 << place.shift;
        let fits = self.left[number] > 0
            && then != day
            && self.grid.slots[slot].len() < problem.lines_at(place)
            && then.count_ones() as usize <= problem.limit(member)
            && !member.busy.contains_key(&place);
        if !fits {
            return None;
        }
        let company = self.company(number, slot)?;
        let through = self.through[number];
        let shape = self.shape(then, through)?;
        let before = if day == 0 { 0 } else { self.shape(day, through).unwrap_or(0) };
        let wish = if member.undesired.contains(&place) { u64::from(problem.weights.undesired) } else { 0 };
        Some((shape + wish + company).saturating_sub(before))
    }

    /// Fills the cell that is worth the most; false if there is none.
    fn fill_one(&mut self) -> bool {
        let problem = self.problem;
        let weights = &problem.weights;
        let empty = |place: &Place| {
            problem.lines_at(*place).saturating_sub(self.grid.slots[problem.slot(*place)].len())
        };
        let mut slots: Vec<_> = problem.places().map(|place| (empty(&place), place)).collect();
        slots.retain(|(lines, _)| *lines > 0);
        slots.sort_by_key(|(lines, _)| Reverse(*lines));
        for (lines, place) in slots {
            // Where it has to be, it may cost what it will.
            let must =
                problem.rules.exact_loads || problem.rules.max_empty_lines.is_some_and(|most| lines > most);
            let lines = lines as u64;
            let step = u64::from(weights.empty) * (2 * lines - 1) + u64::from(weights.empty_line);
            let worth = step + if lines > 1 { u64::from(weights.incompletion) } else { 0 };
            let people = 0..problem.members.len();
            let people = people.filter_map(|n| Some((self.cost(n, place)?, Reverse(self.left[n]), n)));
            if let Some((_, _, member)) = people.min().filter(|(cost, _, _)| must || *cost < worth) {
                self.put(member, place);
                return true;
            }
        }
        false
    }
}
