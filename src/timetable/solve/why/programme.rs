//! Single rules as a programme: one binary for each person in each shift, and a row for each rule.

use std::collections::BTreeSet;

use super::items::{Item, group};
use crate::timetable::{
    check::idle_leaves,
    problem::{Place, Problem},
    solve::engine::{self, Came, Column, Linear, Search},
};

/// How long one question may take.
const SECONDS: f64 = 5.0;

/// What came of a question.
pub(super) enum Outcome {
    /// They fit; these of the soft ones are broken.
    Broken(Vec<Item>),
    /// They do not fit.
    Nothing,
    Unknown,
}

pub(super) struct Programme<'a> {
    problem: &'a Problem,
}

/// A row: its bounds and its cells, each counted once unless it says otherwise.
type Row = (f64, f64, Vec<((usize, usize), f64)>);

impl<'a> Programme<'a> {
    pub fn new(problem: &'a Problem) -> Self {
        Self { problem }
    }

    /// Whether these hold together; the soft ones may be broken, as few as can be. `whole`: people cannot be split.
    pub fn solve(&self, hard: &[Item], soft: &[Item], whole: bool) -> Outcome {
        let cells = self.cells(hard.iter().chain(soft));
        let taken: BTreeSet<_> = hard
            .iter()
            .filter_map(
                |item| if let Item::Busy(member, slot) = item { Some((*member, *slot)) } else { None },
            )
            .collect();
        let cells: Vec<_> = cells.difference(&taken).copied().collect();
        let mut model = Linear {
            columns: vec![Column { integer: whole, ..Column::default() }; cells.len()],
            ..Linear::default()
        };
        let add = |model: &mut Linear, (from, to, entries): Row| {
            let row = model.rows.len();
            model.rows.push((from, to));
            for (cell, times) in entries {
                if let Ok(column) = cells.binary_search(&cell) {
                    model.columns[column].entries.push((row, times));
                }
            }
            row
        };
        for item in hard {
            for row in self.rows(*item) {
                add(&mut model, row);
            }
        }
        let first = model.columns.len();
        for item in soft {
            // A column that is 1 makes up for all that the row lacks.
            let mut column = Column { cost: 1.0, ..Column::default() };
            for row in self.rows(*item) {
                let lacks = row.0;
                column.entries.push((add(&mut model, row), lacks));
            }
            model.columns.push(column);
        }
        match engine::search(&model, &Search { seconds: SECONDS, ..Search::default() }, &mut |_| true) {
            Ok(Came::Solved { values, .. }) => {
                let broken = soft.iter().zip(&values[first..]).filter(|(_, value)| **value > 1e-6);
                Outcome::Broken(broken.map(|(item, _)| *item).collect())
            }
            Ok(Came::Infeasible) => Outcome::Nothing,
            Ok(Came::Ended { .. }) | Err(_) => Outcome::Unknown,
        }
    }

    /// The cells that can be of use to any of these demands; all others may as well be empty.
    fn cells<'b>(&self, items: impl Iterator<Item = &'b Item>) -> BTreeSet<(usize, usize)> {
        let (slots, members) = (self.problem.slots(), self.problem.members.len());
        let mut cells = BTreeSet::new();
        let mut gaps = false;
        for item in items {
            match *item {
                Item::LoadLeast(member) => cells.extend((0..slots).map(|slot| (member, slot))),
                Item::Forced(member, slot) => {
                    cells.insert((member, slot));
                }
                Item::Filled(slot) => cells.extend((0..members).map(|member| (member, slot))),
                Item::Gap(..) => gaps = true,
                _ => {}
            }
        }
        if gaps {
            // A pause can be filled by a shift that nobody asked for.
            let shifts = self.problem.shifts;
            let days: BTreeSet<_> = cells.iter().map(|(member, slot)| (*member, slot / shifts)).collect();
            cells.extend(days.into_iter().flat_map(|(member, day)| {
                (day * shifts..(day + 1) * shifts).map(move |slot| (member, slot))
            }));
        }
        cells
    }

    /// Of these supplies those that touch what the demands need.
    pub fn near(&self, demands: &[Item], supplies: &[Item]) -> Vec<Item> {
        let gaps = supplies.iter().filter(|item| matches!(item, Item::Gap(..)));
        let cells = self.cells(demands.iter().chain(gaps));
        let members: BTreeSet<_> = cells.iter().map(|(member, _)| *member).collect();
        let slots: BTreeSet<_> = cells.iter().map(|(_, slot)| *slot).collect();
        let touches = |item: &&Item| match **item {
            Item::Busy(member, slot) | Item::Forced(member, slot) => cells.contains(&(member, slot)),
            Item::LoadLeast(member) | Item::LoadMost(member) => members.contains(&member),
            Item::DayLimit(member, _) | Item::Lunch(member, _) | Item::Gap(member, _) => {
                members.contains(&member)
            }
            Item::Lines(slot)
            | Item::Filled(slot)
            | Item::Table(_, slot)
            | Item::OnPhone(_, slot)
            | Item::Idle(_, slot) => slots.contains(&slot),
        };
        supplies.iter().filter(touches).copied().collect()
    }

    fn rows(&self, item: Item) -> Vec<Row> {
        let (problem, none) = (self.problem, f64::NEG_INFINITY);
        let week = |member: usize| (0..problem.slots()).map(|slot| ((member, slot), 1.0)).collect::<Vec<_>>();
        let day = |member: usize, day: usize, shift: usize| (member, problem.slot(Place { day, shift }));
        let people = |slot: usize, of: &dyn Fn(usize) -> bool| {
            let members = (0..problem.members.len()).filter(|member| of(*member));
            members.map(|member| ((member, slot), 1.0)).collect::<Vec<_>>()
        };
        let in_group = |name: &str, member: usize| problem.members[member].groups.contains(name);
        let lines = |slot: usize| problem.lines_at(problem.place(slot));
        vec![match item {
            // A cell that somebody is busy in is no column.
            Item::Busy(..) => return Vec::new(),
            Item::Gap(member, of) => return self.gaps(member, of),
            Item::LoadLeast(member) => (problem.members[member].load as f64, f64::INFINITY, week(member)),
            Item::LoadMost(member) => (none, problem.members[member].load as f64, week(member)),
            Item::Forced(member, slot) => (1.0, f64::INFINITY, vec![((member, slot), 1.0)]),
            Item::DayLimit(member, of) => {
                let cells = (0..problem.shifts).map(|shift| (day(member, of, shift), 1.0)).collect();
                (none, problem.limit(&problem.members[member]) as f64, cells)
            }
            Item::Lunch(member, of) => {
                let lunch = problem.lunch();
                let cells = lunch.iter().map(|shift| (day(member, of, *shift), 1.0)).collect();
                (none, lunch.len() as f64 - 1.0, cells)
            }
            Item::Lines(slot) => (none, lines(slot) as f64, people(slot, &|_| true)),
            Item::Filled(slot) => {
                let least = lines(slot).saturating_sub(problem.rules.max_empty_lines.unwrap_or(usize::MAX));
                (least as f64, f64::INFINITY, people(slot, &|_| true))
            }
            Item::Table(table, slot) => {
                let most = problem.rules.max_per_table.unwrap_or(usize::MAX);
                (none, most as f64, people(slot, &|member| problem.members[member].table == Some(table)))
            }
            Item::OnPhone(n, slot) => {
                let (name, most) = group(&problem.rules.max_on_phone, n);
                (none, most as f64, people(slot, &|member| in_group(name, member)))
            }
            Item::Idle(n, slot) => {
                let (name, least) = group(&problem.rules.min_idle, n);
                let most = idle_leaves(problem, name, least, problem.place(slot));
                (none, most as f64, people(slot, &|member| in_group(name, member)))
            }
        }]
    }

    /// Of two shifts of a day all between are taken too.
    fn gaps(&self, member: usize, day: usize) -> Vec<Row> {
        let cell = |shift: usize| (member, self.problem.slot(Place { day, shift }));
        let mut rows = Vec::new();
        for last in 0..self.problem.shifts {
            for between in 0..last {
                for first in 0..between {
                    let cells = vec![(cell(first), 1.0), (cell(last), 1.0), (cell(between), -1.0)];
                    rows.push((f64::NEG_INFINITY, 1.0, cells));
                }
            }
        }
        rows
    }
}
