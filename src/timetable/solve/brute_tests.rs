//! Hundreds of small weeks with every rule and every cost: the planned one against all that there are.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::*;
use crate::timetable::{
    check::{Kind, check},
    problem::{Member, Place, Problem},
};

/// Plans in this process.
pub(super) fn plan(problem: &Problem) -> Result<Solution, SolveError> {
    plan_here(problem, &Options::default(), &mut |_| true)
}

/// A small week with a bit of everything.
pub(super) fn made(seed: u64) -> Problem {
    let mut random = StdRng::seed_from_u64(seed);
    let sizes = [(1, 4, 3), (2, 3, 2), (1, 6, 2), (2, 2, 3), (1, 5, 2), (1, 2, 4), (2, 4, 2), (4, 1, 3)];
    let (days, shifts, people) = sizes[random.random_range(0..sizes.len())];
    let mut problem = Problem {
        name: format!("made from {seed}"),
        days: (0..days).map(|day| format!("d{day}")).collect(),
        shifts,
        lines: random.random_range(0..=3),
        max_per_day: random.random_range(1..=3),
        ..Problem::default()
    };
    if random.random_bool(0.2) {
        problem.lines_by_shift.insert(0, (0..shifts).map(|_| random.random_range(0..=2)).collect());
    }
    let places: Vec<_> = problem.places().collect();
    for n in 0..people {
        let mut some =
            |chance| places.iter().copied().filter(|_| random.random_bool(chance)).collect::<Vec<_>>();
        let busy = some(0.35).into_iter().map(|place| (place, "meeting".to_owned())).collect();
        let (undesired, forced) = (some(0.2).into_iter().collect(), some(0.1).into_iter().collect());
        problem.members.push(Member {
            id: format!("p{n}"),
            load: random.random_range(0..=3),
            max_per_day: random.random_bool(0.2).then_some(1),
            table: random.random_bool(0.8).then_some(1),
            groups: ["it".to_owned()].into(),
            busy,
            undesired,
            forced,
        });
    }
    let mut points = |most| if random.random_bool(0.15) { 0 } else { random.random_range(0..=most) };
    problem.weights = crate::config::TimetableWeights {
        empty: points(60),
        empty_line: points(30),
        incompletion: points(9),
        unforced: points(50),
        concentrated: points(20),
        undesired: points(15),
        no_brunch: points(20),
        discontinuous: points(30),
        far_discontinuous: points(20),
        marathon: points(40),
        crosstalk: points(20),
        over_table: points(1) * 15,
        over_group: points(1) * 10,
        under_idle: points(1) * 10,
    };
    let rules = &mut problem.rules;
    rules.max_per_table = random.random_bool(0.3).then_some(1);
    if random.random_bool(0.3) {
        rules.max_on_phone.insert("it".into(), 1);
    }
    if random.random_bool(0.3) {
        rules.min_idle.insert("it".into(), random.random_range(1..=2));
    }
    rules.exact_loads = random.random_bool(0.2);
    rules.keep_forced = random.random_bool(0.3);
    rules.lunch_break = random.random_bool(0.3);
    rules.no_gaps = random.random_bool(0.3);
    rules.max_empty_lines = random.random_bool(0.2).then_some(1);
    rules.no_lunch_break = if random.random_bool(0.3) { vec!["p0".into()] } else { Vec::new() };
    rules.lunch = (shifts > 2 && random.random_bool(0.3)).then(|| vec![1, 2]);
    problem
}

/// Who is where: bit n of the number of a member's week is the slot n.
fn grid_of(slots: u32, weeks: &[u32]) -> Grid {
    let of_slot = |slot: u32| (0..weeks.len()).filter(|n| weeks[*n] >> slot & 1 == 1).collect();
    Grid { slots: (0..slots).map(of_slot).collect() }
}

/// What a week of days of four shifts costs, as the sheet of the model says it, without tables and groups.
fn by_the_sheet(problem: &Problem, grid: &Grid) -> u64 {
    let w = &problem.weights;
    let mut cost = 0;
    for place in problem.places() {
        let e = problem.lines_at(place).saturating_sub(grid.slots[problem.slot(place)].len()) as u64;
        cost += u64::from(w.empty) * e * e + u64::from(w.empty_line) * e;
        cost += u64::from(w.incompletion) * e.saturating_sub(1);
    }
    for (n, member) in problem.members.iter().enumerate() {
        let has = |place: Place| grid.has(problem.slot(place), n);
        let lost = |place: &&Place| !has(**place) && !member.busy.contains_key(place);
        cost += u64::from(w.unforced) * member.forced.iter().filter(lost).count() as u64;
        cost += u64::from(w.undesired) * member.undesired.iter().filter(|place| has(**place)).count() as u64;
        for day in 0..problem.days.len() {
            let picture: String =
                (0..4).map(|shift| if has(Place { day, shift }) { 'x' } else { '.' }).collect();
            let k = picture.matches('x').count() as u64;
            cost += u64::from(w.concentrated) * k * k.saturating_sub(1);
            cost += u64::from(match picture.as_str() {
                ".xx." if problem.rules.no_lunch_break.contains(&member.id) => 0,
                ".xx." => w.no_brunch,
                "x..x" => w.far_discontinuous,
                "x.x." | ".x.x" => w.discontinuous,
                "xxx." | ".xxx" => w.marathon,
                _ => 0,
            });
        }
    }
    cost
}

/// The fewest points of all weeks that break no rule; none if every week breaks one.
fn fewest(problem: &Problem) -> Option<u64> {
    let slots = u32::try_from(problem.slots()).unwrap();
    let weeks = |member: &Member| {
        let fits = |week: &u32| {
            let places =
                (0..slots).filter(|slot| week >> slot & 1 == 1).map(|slot| problem.place(slot as usize));
            let in_day = |day| places.clone().filter(|place| place.day == day).count();
            week.count_ones() as usize <= member.load
                && (0..problem.days.len()).all(|day| in_day(day) <= problem.limit(member))
                && !places.clone().any(|place| member.busy.contains_key(&place))
        };
        (0..1_u32 << slots).filter(fits).collect::<Vec<_>>()
    };
    let mut all: Vec<Vec<u32>> = vec![Vec::new()];
    for member in &problem.members {
        let weeks = weeks(member);
        let with = |so_far: &Vec<u32>, week: &u32| so_far.iter().chain([week]).copied().collect();
        all = all.iter().flat_map(|so_far| weeks.iter().map(move |week| with(so_far, week))).collect();
    }
    let mut best = None;
    for weeks in all {
        let grid = grid_of(slots, &weeks);
        if grid
            .slots
            .iter()
            .enumerate()
            .any(|(slot, here)| here.len() > problem.lines_at(problem.place(slot)))
        {
            continue;
        }
        let check = check(problem, &grid);
        if check.conflicts.is_empty() && best.is_none_or(|best| check.penalty < best) {
            best = Some(check.penalty);
        }
        if problem.shifts == 4 {
            let company = [Kind::Crosstalk, Kind::OverTable, Kind::OverGroup, Kind::UnderIdle];
            let of_others = check.breakdown.iter().filter(|part| company.contains(&part.kind));
            let of_others: u64 = of_others.map(|part| part.points).sum();
            assert_eq!(check.penalty - of_others, by_the_sheet(problem, &grid), "{weeks:?}");
        }
    }
    best
}

#[test]
fn no_week_is_better_than_the_planned_one() {
    let mut without = 0;
    for seed in 0..300 {
        let problem = made(seed);
        match (plan(&problem), fewest(&problem)) {
            (Ok(solution), best) => {
                assert_eq!(Some(solution.penalty), best, "{seed}");
                assert_eq!((solution.bound, &solution.end), (solution.penalty, &End::Proven), "{seed}");
                let check = check(&problem, &solution.grid);
                assert_eq!((check.penalty, check.conflicts), (solution.penalty, vec![]), "{seed}");
                assert!(loose(&problem) <= solution.penalty as f64 + 1e-6, "{seed}: the loose bound is none");
            }
            (Err(SolveError::Unsolvable(why)), None) => {
                without += 1;
                assert!(!why.clashes.is_empty() && !why.sentences.is_empty(), "{seed}");
            }
            (planned, best) => panic!("{seed}: {planned:?}, but the best is {best:?}"),
        }
    }
    assert!((20..240).contains(&without), "{without} of 300 weeks have no timetable: the sample says little");
}

/// The bound that does not look at the shapes of days.
fn loose(problem: &Problem) -> f64 {
    let model = model::Model::loose(problem);
    let came = engine::search(&model.linear, &Options::default().search(), &mut |_| true).unwrap();
    let engine::Came::Solved { bound, .. } = came else { panic!("{came:?}") };
    bound
}
