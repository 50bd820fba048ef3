//! The week as a mixed-integer programme: one binary for each day that somebody can have, with its exact cost.
//!
//! What several people cost together (empty lines, a table's noise, limits) rises with their number: a row counts
//! them, and has a column for each further one at its marginal cost. As the costs rise, these are taken in order
//! by themselves and need not be integers.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    days::{self, Mask, Shape, Shapes},
    engine::{Column, Linear},
};
use crate::timetable::{
    check::idle_leaves,
    problem::{Grid, Member, Place, Problem},
};

/// The programme, and what its columns mean.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub linear: Linear,
    /// Not every day that people can have is a column.
    pub partial: bool,
    slots: usize,
    shifts: usize,
    /// The days of the first columns: member, day, shifts.
    taken: Vec<(usize, usize, Mask)>,
    /// They are single cells, of which a day has several.
    loose: bool,
    /// Which of them are this member's on this day.
    ranges: BTreeMap<(usize, usize), Range<usize>>,
    rises: Vec<Rise>,
}

/// Columns that count what is above (or below) a number in a row.
#[derive(Debug)]
struct Rise {
    row: usize,
    from: Count,
    columns: Range<usize>,
}

#[derive(Clone, Copy, Debug)]
enum Count {
    /// How much the row lacks of this.
    Below(f64),
    /// How much it has above this.
    Above(f64),
}

const NO_LIMIT: f64 = f64::INFINITY;

impl Model {
    /// The programme of this week.
    pub fn new(problem: &Problem) -> Self {
        Self::of(problem, Some(&Shapes::of(problem)))
    }

    /// The week without what the shape of a day costs or forbids: every day is one of its, put together from cells.
    /// What costs the least there is a bound for the whole, however many shapes there are.
    pub fn loose(problem: &Problem) -> Self {
        Self::of(problem, None)
    }

    fn of(problem: &Problem, shapes: Option<&Shapes>) -> Self {
        let lines = |place| (problem.lines_at(place) as f64, problem.lines_at(place) as f64);
        let mut model = Self {
            partial: shapes.is_some_and(|shapes| shapes.partial),
            loose: shapes.is_none(),
            slots: problem.slots(),
            shifts: problem.shifts,
            linear: Linear { rows: problem.places().map(lines).collect(), ..Linear::default() },
            ..Self::default()
        };
        let shared = Shared::new(problem, &mut model);
        let single = Shapes::single(problem);
        let mut many = Vec::new();
        for (number, member) in problem.members.iter().enumerate() {
            let shapes = shapes.map_or(&single[..], |shapes| shapes.for_member(problem, member));
            many.extend(model.member(problem, (number, member), shapes, &shared));
        }
        for (row, limit) in many {
            let each_more = |n: usize| f64::from(problem.weights.concentrated) * 2.0 * (n - 1) as f64;
            model.rise(row, Count::Above(1.0), (2..=limit).map(each_more));
        }
        for (row, place) in problem.places().enumerate() {
            let lines = problem.lines_at(place);
            let weights = &problem.weights;
            let cost = |n: usize| {
                let square = f64::from(weights.empty) * (2 * n - 1) as f64;
                square
                    + f64::from(weights.empty_line)
                    + if n > 1 { f64::from(weights.incompletion) } else { 0.0 }
            };
            let most = problem.rules.max_empty_lines.unwrap_or(lines).min(lines);
            model.rise(row, Count::Below(lines as f64), (1..=most).map(cost));
        }
        for (row, free, costs) in shared.rises {
            model.rise(row, Count::Above(free as f64), costs.into_iter());
        }
        model
    }

    fn row(&mut self, from: f64, to: f64) -> usize {
        self.linear.rows.push((from, to));
        self.linear.rows.len() - 1
    }

    /// The days that one person can have. Of a loose programme: the rows of the days, which several cells share.
    fn member(
        &mut self,
        problem: &Problem,
        (number, member): (usize, &Member),
        shapes: &[Shape],
        shared: &Shared,
    ) -> Vec<(usize, usize)> {
        let (rules, weights) = (&problem.rules, &problem.weights);
        let load = member.load as f64;
        let week = self.row(if rules.exact_loads { load } else { 0.0 }, load);
        let mut days = Vec::new();
        for day in 0..problem.days.len() {
            let busy = days::busy(member, day);
            let mask_of = |places: &BTreeSet<Place>| {
                let of_day = places.iter().filter(|place| place.day == day);
                of_day.fold(0, |mask: Mask, place| mask | (1 << place.shift))
            };
            let (forced, undesired) = (mask_of(&member.forced) & !busy, mask_of(&member.undesired));
            let unforced =
                |mask: Mask| f64::from(weights.unforced) * f64::from((forced & !mask).count_ones());
            let must = if rules.keep_forced { forced } else { 0 };
            if !rules.keep_forced {
                self.linear.offset += unforced(0);
            }
            let row = self.day(problem, member, must);
            let first = self.linear.columns.len();
            for shape in shapes {
                let mask = shape.mask;
                if mask & busy != 0 || (!self.loose && must & !mask != 0) {
                    continue;
                }
                let wishes = f64::from(weights.undesired) * f64::from((undesired & mask).count_ones());
                let forced = if rules.keep_forced { 0.0 } else { unforced(mask) - unforced(0) };
                let mut entries = vec![(row, 1.0), (week, shape.count as f64)];
                for shift in days::shifts(mask) {
                    let slot = problem.slot(Place { day, shift });
                    entries.push((slot, 1.0));
                    entries.extend(shared.rows_of(slot, member).map(|row| (row, 1.0)));
                }
                if self.loose && must & mask != 0 {
                    entries.push((self.row(1.0, 1.0), 1.0));
                }
                self.linear.columns.push(Column {
                    cost: shape.points as f64 + wishes + forced,
                    integer: true,
                    entries,
                });
                self.taken.push((number, day, mask));
            }
            self.ranges.insert((number, day), first..self.linear.columns.len());
            days.extend(self.loose.then(|| (row, problem.limit(member))));
        }
        days
    }

    /// The row of one person's day: one shape at most; of a loose programme one cell, and more at their cost.
    fn day(&mut self, problem: &Problem, member: &Member, must: Mask) -> usize {
        let most = if self.loose { problem.limit(member).min(1) } else { 1 };
        let least = if self.loose || must == 0 { 0.0 } else { 1.0 };
        self.row(least, most as f64)
    }

    fn rise(&mut self, row: usize, from: Count, costs: impl Iterator<Item = f64>) {
        let first = self.linear.columns.len();
        let sign = if matches!(from, Count::Below(_)) { 1.0 } else { -1.0 };
        self.linear.columns.extend(costs.map(|cost| Column {
            cost,
            integer: false,
            entries: vec![(row, sign)],
        }));
        self.rises.push(Rise { row, from, columns: first..self.linear.columns.len() });
    }

    /// The timetable that these values of the columns mean.
    pub fn grid(&self, values: &[f64]) -> Grid {
        let mut grid = Grid { slots: vec![Vec::new(); self.slots] };
        for (&(member, day, mask), _) in self.taken.iter().zip(values).filter(|(_, value)| **value > 0.5) {
            for shift in days::shifts(mask) {
                grid.put(day * self.shifts + shift, member);
            }
        }
        grid
    }

    /// The values of the columns that mean this timetable; none if a day of it is no column.
    pub fn values(&self, grid: &Grid) -> Option<Vec<f64>> {
        let mut wanted: BTreeMap<(usize, usize), Mask> = BTreeMap::new();
        for (slot, people) in grid.slots.iter().enumerate() {
            for member in people {
                *wanted.entry((*member, slot / self.shifts)).or_default() |= 1 << (slot % self.shifts);
            }
        }
        let mut values = vec![0.0; self.linear.columns.len()];
        let mut counts = vec![0.0; self.linear.rows.len()];
        for (at, mask) in wanted {
            let column = self.ranges.get(&at)?.clone().find(|column| self.taken[*column].2 == mask)?;
            values[column] = 1.0;
            for (row, times) in &self.linear.columns[column].entries {
                counts[*row] += times;
            }
        }
        for rise in &self.rises {
            let mut left = match rise.from {
                Count::Below(lines) => lines - counts[rise.row],
                Count::Above(free) => counts[rise.row] - free,
            };
            for column in rise.columns.clone().take_while(|_| {
                left -= 1.0;
                left > -0.5
            }) {
                values[column] = 1.0;
            }
        }
        Some(values)
    }
}

/// Rows that people of one table or group share in a shift.
#[derive(Default)]
struct Shared {
    /// By slot and table.
    tables: BTreeMap<(usize, i64), usize>,
    /// By slot and group.
    groups: BTreeMap<(usize, String), Vec<usize>>,
    /// Row, how many are free of cost, and what each one more costs.
    rises: Vec<(usize, usize, Vec<f64>)>,
}

impl Shared {
    fn new(problem: &Problem, model: &mut Model) -> Self {
        let mut shared = Self::default();
        let planned: Vec<_> = problem.members.iter().filter(|member| member.load > 0).collect();
        let tables: BTreeSet<i64> = planned.iter().filter_map(|member| member.table).collect();
        for place in problem.places() {
            let slot = problem.slot(place);
            let free = |member: &&&Member| !member.busy.contains_key(&place);
            for table in &tables {
                let people =
                    planned.iter().filter(free).filter(|member| member.table == Some(*table)).count();
                shared.table(problem, model, (slot, *table), people.min(problem.lines_at(place)));
            }
            let of = |group: &str| planned.iter().filter(free).filter(|m| m.groups.contains(group)).count();
            let (rules, weights) = (&problem.rules, &problem.weights);
            for (group, most) in &rules.max_on_phone {
                shared.group(model, (slot, group), (of(group), *most), weights.over_group);
            }
            for (group, least) in &rules.min_idle {
                let most = idle_leaves(problem, group, *least, place);
                shared.group(model, (slot, group), (of(group), most), weights.under_idle);
            }
        }
        shared
    }

    /// So many people of a table can come together in a shift.
    fn table(&mut self, problem: &Problem, model: &mut Model, at: (usize, i64), people: usize) {
        let weights = &problem.weights;
        let limit = problem.rules.max_per_table.unwrap_or(people);
        let most = if weights.over_table == 0 { limit.min(people) } else { people };
        let cost = |n: usize| {
            let over = if n > limit { weights.over_table } else { 0 };
            f64::from(weights.crosstalk) * (n - 1) as f64 + f64::from(over)
        };
        let free = (1..=most).take_while(|n| cost(*n) == 0.0).count();
        if free >= people {
            return;
        }
        let row = model.row(-NO_LIMIT, free as f64);
        self.tables.insert(at, row);
        self.rises.push((row, free, (free + 1..=most).map(cost).collect()));
    }

    fn group(
        &mut self,
        model: &mut Model,
        (slot, group): (usize, &str),
        (people, most): (usize, usize),
        weight: u32,
    ) {
        if most >= people {
            return;
        }
        let row = model.row(-NO_LIMIT, most as f64);
        self.groups.entry((slot, group.to_owned())).or_default().push(row);
        let over = if weight == 0 { 0 } else { people - most };
        self.rises.push((row, most, vec![f64::from(weight); over]));
    }

    /// The rows that this person counts in when in this shift.
    fn rows_of<'a>(&'a self, slot: usize, member: &'a Member) -> impl Iterator<Item = usize> + 'a {
        let table = member.table.and_then(|table| self.tables.get(&(slot, table))).copied();
        let groups = member.groups.iter().filter(|_| !self.groups.is_empty());
        let groups = groups.filter_map(move |group| self.groups.get(&(slot, group.clone())));
        table.into_iter().chain(groups.flatten().copied())
    }
}
