//! The planner: a week's task as a problem, solved in a process of its own, and its answer as a week's table.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::{
    NoPlan, Solver, Task,
    shares::{Share, shares},
    solver::Listener,
};
use crate::{
    model::{Cell, Penalty, Person, PersonId, PlanningProgress, Slot, Timetable, WeekPlan},
    timetable::{
        edit::away,
        problem::{Grid, Member, Place, Problem},
        solve::{End, Options, Progress, SolveError, Worker, solve},
    },
};

/// Plans with HiGHS.
#[derive(Clone, Debug, Default)]
pub struct Highs {
    /// The process that does it.
    pub worker: Worker,
}

impl Solver for Highs {
    fn solve(
        &self,
        task: Task,
        mut listener: Listener,
        stop: CancellationToken,
    ) -> BoxFuture<'_, Result<WeekPlan, NoPlan>> {
        Box::pin(async move {
            let shares = shares(&task);
            let problem = problem(&task, &shares);
            let options = Options { seconds: task.time.as_secs_f64(), ..Options::default() };
            let tell = |progress: &Progress| listener(shown(progress));
            let solved = solve(&self.worker, &problem, &options, tell, &stop).await;
            let solution = solved.map_err(|error| match error {
                SolveError::Unsolvable(why) => NoPlan::Unsolvable(why.sentences),
                other => NoPlan::Failed(other.to_string()),
            })?;
            if let End::Failed(why) = &solution.end {
                tracing::warn!(why, "the planner failed; what it had found is kept");
            }
            // What was proven at the very end.
            listener(PlanningProgress {
                cost: Some(solution.penalty as f64),
                bound: Some(solution.bound as f64),
                filled: solution.grid.filled(),
                cells: problem.places().map(|place| problem.lines_at(place)).sum(),
                improved_at: None,
            });
            let mut penalties: Vec<Penalty> = Vec::new();
            for part in solution.breakdown {
                penalties.push(Penalty { points: part.points as f64, text: part.text });
            }
            let table = table(&task, &problem, &solution.grid);
            let overload = overload(&table, &shares);
            Ok(WeekPlan { table, overload, penalties, cost: Some(solution.penalty as f64) })
        })
    }
}

fn shown(progress: &Progress) -> PlanningProgress {
    PlanningProgress {
        cost: progress.best.map(|points| points as f64),
        bound: progress.bound.map(|points| points as f64),
        filled: progress.filled,
        cells: progress.cells,
        improved_at: None,
    }
}

/// Whether somebody can be planned at all.
pub(super) fn takes_part(task: &Task, person: &Person) -> bool {
    let groups = &task.config.groups;
    person.ideal_load.is_some() && (groups.is_empty() || !groups.is_disjoint(&person.groups))
}

/// The week in neutral terms.
pub(super) fn problem(task: &Task, shares: &BTreeMap<PersonId, Share>) -> Problem {
    let table = &task.table;
    let is_closed = |slot: Slot| table.at(slot).is_some_and(|cells| cells.contains(&Cell::Holiday));
    let lines = |slot: Slot| if is_closed(slot) { 0 } else { table.lines - kept_empty(task, slot) };
    let of_day = |(place, &day): (usize, &crate::model::Day)| {
        (place, (0..table.shifts()).map(|shift| lines(Slot { day, shift })).collect())
    };
    let people = task.crew.persons.values().filter(|person| takes_part(task, person));
    Problem {
        name: format!("{} {}", table.name, table.week),
        days: table.days.iter().map(ToString::to_string).collect(),
        shifts: table.shifts(),
        hours: table.hours.iter().map(|time| time.strftime("%H:%M").to_string()).collect(),
        lines: table.lines,
        lines_by_shift: table.days.iter().enumerate().map(of_day).collect(),
        max_per_day: usize::try_from(task.config.max_per_day).unwrap_or(usize::MAX),
        nobodies: vec![Cell::Nobody.to_string()],
        members: people.map(|person| member(task, person, shares, &is_closed)).collect(),
        weights: task.config.weights.clone(),
        rules: task.config.rules.clone(),
    }
}

/// Lines of a shift that are forced to be empty.
fn kept_empty(task: &Task, slot: Slot) -> usize {
    let forced = task.forced.as_ref().and_then(|forced| forced.at(slot)).unwrap_or_default();
    forced.iter().take(task.table.lines).filter(|cell| **cell == Cell::Nobody).count()
}

fn member(
    task: &Task,
    person: &Person,
    shares: &BTreeMap<PersonId, Share>,
    is_closed: &impl Fn(Slot) -> bool,
) -> Member {
    let table = &task.table;
    let (mut busy, mut undesired, mut forced) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for slot in table.slots().filter(|slot| !is_closed(*slot)) {
        let Some(day) = table.days.iter().position(|day| *day == slot.day) else { continue };
        let place = Place { day, shift: slot.shift };
        match away(person, &task.crew.absences, table.week, slot) {
            Some((reason, false)) => _ = busy.insert(place, reason),
            Some((_, true)) => _ = undesired.insert(place),
            None => {}
        }
        let has = |table: &Timetable| table.people(slot).any(|forced| *forced == person.id);
        if task.forced.as_ref().is_some_and(has) {
            forced.insert(place);
        }
    }
    Member {
        id: person.id.to_string(),
        load: shares.get(&person.id).map_or(0, |share| share.shifts),
        max_per_day: person.max_per_day.map(|most| usize::try_from(most).unwrap_or(usize::MAX)),
        table: person.table.map(i64::from),
        groups: person.groups.clone(),
        busy,
        undesired,
        forced,
    }
}

/// The answer as a table: whoever is forced stands on that line, the others fill the lines in the order of their ids, and
/// what is forced to be empty stays so.
fn table(task: &Task, problem: &Problem, grid: &Grid) -> Timetable {
    let mut table = task.table.clone();
    let slots: Vec<Slot> = table.slots().collect();
    for slot in slots {
        let Some(day) = table.days.iter().position(|day| *day == slot.day) else { continue };
        let number = problem.slot(Place { day, shift: slot.shift });
        let members = grid.slots.get(number).map_or(&[][..], Vec::as_slice);
        let ids = members.iter().filter_map(|member| problem.members.get(*member));
        let people: Vec<PersonId> = ids.filter_map(|member| PersonId::parse(&member.id).ok()).collect();
        let forced = task.forced.as_ref().and_then(|forced| forced.at(slot)).unwrap_or_default();
        let Some(lines) = table.at(slot).filter(|cells| !cells.contains(&Cell::Holiday)) else { continue };
        for (line, cell) in on_lines(people, forced, lines.len()).into_iter().enumerate() {
            if let Some(place) = table.cell_mut(slot, line) {
                *place = cell;
            }
        }
    }
    table
}

fn on_lines(mut people: Vec<PersonId>, forced: &[Cell], lines: usize) -> Vec<Cell> {
    let mut cells = vec![Cell::Nobody; lines];
    for (cell, forced) in cells.iter_mut().zip(forced) {
        if let Some(place) = people.iter().position(|person| forced.person() == Some(person)) {
            *cell = Cell::Person(people.remove(place));
        }
    }
    let mut people = people.into_iter();
    for (line, cell) in cells.iter_mut().enumerate() {
        if *cell == Cell::Nobody && forced.get(line) != Some(&Cell::Nobody) {
            let Some(person) = people.next() else { break };
            *cell = Cell::Person(person);
        }
    }
    cells
}

/// Shifts above (below) each one's share, in tenths.
fn overload(table: &Timetable, shares: &BTreeMap<PersonId, Share>) -> BTreeMap<PersonId, f64> {
    let mut turns: BTreeMap<&PersonId, f64> = BTreeMap::new();
    for person in table.slots().flat_map(|slot| table.people(slot)) {
        *turns.entry(person).or_default() += 1.0;
    }
    let over = |(person, share): (&PersonId, &Share)| {
        let over = turns.get(person).copied().unwrap_or_default() - share.fair;
        (person.clone(), (over * 10.0).round() / 10.0)
    };
    shares.iter().map(over).filter(|(_, over)| *over != 0.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_forced_stands_on_that_line() {
        let people = |names: &str| names.split(' ').map(|name| PersonId::parse(name).unwrap()).collect();
        let cells = |text: &str| -> Vec<Cell> {
            text.split(' ').map(|cell| Cell::try_from(cell.to_owned()).unwrap()).collect()
        };
        let placed = on_lines(people("anna berta carla"), &cells("open carla nobody dora"), 5);
        assert_eq!(placed, cells("anna carla nobody berta nobody"));
        assert_eq!(on_lines(people("anna"), &cells("open open anna"), 2), cells("anna nobody"));
    }
}
