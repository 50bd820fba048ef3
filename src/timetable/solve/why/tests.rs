//! Clashes of hundreds of small weeks: nothing holds all of a clash, and something holds all of it but any one.

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::*;
use crate::timetable::{
    check::idle_leaves,
    problem::{Member, Place},
};

/// A week of twelve cells with more rules than it can bear, at times.
fn made(seed: u64) -> Problem {
    let mut random = StdRng::seed_from_u64(seed);
    let (days, shifts, people) =
        [(1, 4, 3), (2, 3, 2), (1, 6, 2), (2, 2, 3), (1, 3, 4)][random.random_range(0..5)];
    let mut problem = Problem {
        days: (0..days).map(|day| format!("d{day}")).collect(),
        shifts,
        lines: random.random_range(1..=2),
        max_per_day: random.random_range(1..=shifts),
        ..Problem::default()
    };
    let places: Vec<_> = problem.places().collect();
    for n in 0..people {
        let mut some =
            |chance| places.iter().copied().filter(|_| random.random_bool(chance)).collect::<Vec<_>>();
        let (busy, forced) = (some(0.3), some(0.25).into_iter().collect());
        problem.members.push(Member {
            id: format!("p{n}"),
            load: random.random_range(0..=days * 2),
            max_per_day: random.random_bool(0.2).then_some(1),
            table: random.random_bool(0.7).then(|| random.random_range(0..2)),
            groups: ["it", "hr"]
                .iter()
                .filter(|_| random.random_bool(0.6))
                .map(|name| (*name).to_owned())
                .collect(),
            busy: busy.into_iter().map(|place| (place, String::new())).collect(),
            forced,
            ..Member::default()
        });
    }
    let rules = &mut problem.rules;
    rules.exact_loads = random.random_bool(0.6);
    rules.keep_forced = random.random_bool(0.6);
    rules.lunch_break = random.random_bool(0.5);
    rules.no_gaps = random.random_bool(0.5);
    rules.max_empty_lines = random.random_bool(0.5).then(|| random.random_range(0..=1));
    rules.max_per_table = random.random_bool(0.4).then_some(1);
    if random.random_bool(0.4) {
        rules.max_on_phone.insert("it".into(), random.random_range(0..=1));
    }
    if random.random_bool(0.4) {
        rules.min_idle.insert("hr".into(), random.random_range(0..=2));
    }
    if random.random_bool(0.2) {
        rules.no_lunch_break = vec!["p0".into()];
    }
    problem
}

/// Whether this week breaks the rule; bit `member * slots + slot` says who is where.
fn breaks(problem: &Problem, item: Item, week: u32) -> bool {
    let slots = problem.slots();
    let has = |n: usize, slot: usize| week >> (n * slots + slot) & 1 == 1;
    let of_week = |n: usize| (0..slots).filter(|slot| has(n, *slot)).count();
    let of_day = |n: usize, day: usize| -> Vec<usize> {
        (0..problem.shifts).filter(|shift| has(n, problem.slot(Place { day, shift: *shift }))).collect()
    };
    let people = |slot: usize, counts: &dyn Fn(&Member) -> bool| {
        let here = problem.members.iter().enumerate().filter(|(n, member)| has(*n, slot) && counts(member));
        here.count()
    };
    let lines = |slot: usize| problem.lines_at(problem.place(slot));
    match item {
        Item::LoadLeast(n) => of_week(n) < problem.members[n].load,
        Item::LoadMost(n) => of_week(n) > problem.members[n].load,
        Item::Forced(n, slot) => !has(n, slot),
        Item::Busy(n, slot) => has(n, slot),
        Item::DayLimit(n, day) => of_day(n, day).len() > problem.limit(&problem.members[n]),
        Item::Lunch(n, day) => problem.lunch().iter().all(|shift| of_day(n, day).contains(shift)),
        Item::Gap(n, day) => of_day(n, day).windows(2).any(|pair| pair[1] > pair[0] + 1),
        Item::Lines(slot) => people(slot, &|_| true) > lines(slot),
        Item::Filled(slot) => people(slot, &|_| true) + problem.rules.max_empty_lines.unwrap() < lines(slot),
        Item::Table(table, slot) => {
            people(slot, &|member| member.table == Some(table)) > problem.rules.max_per_table.unwrap()
        }
        Item::OnPhone(_, slot) => {
            people(slot, &|m| m.groups.contains("it")) > problem.rules.max_on_phone["it"]
        }
        Item::Idle(_, slot) => {
            let most = idle_leaves(problem, "hr", problem.rules.min_idle["hr"], problem.place(slot));
            people(slot, &|member| member.groups.contains("hr")) > most
        }
    }
}

#[test]
fn a_clash_has_nothing_that_it_does_not_need() {
    let (mut found, mut kinds) = (0, std::collections::BTreeSet::new());
    for seed in 0..300 {
        let problem = made(seed);
        let everything: Vec<_> =
            items::demands(&problem).into_iter().chain(items::supplies(&problem)).collect();
        let cells = problem.slots() * problem.members.len();
        let broken = |items: &[Item], week: u32| -> Vec<usize> {
            (0..items.len()).filter(|n| breaks(&problem, items[*n], week)).take(2).collect()
        };
        let holds_all = (0..1 << cells).any(|week| broken(&everything, week).is_empty());
        let Some(clash) = clash(&problem) else {
            assert!(holds_all, "{seed}: a clash was not found");
            continue;
        };
        found += 1;
        let mut needed = vec![false; clash.len()];
        for week in 0..1 << cells {
            match broken(&clash, week)[..] {
                [] => panic!("{seed}: {clash:?} all hold in {week:b}"),
                [one] => needed[one] = true,
                _ => {}
            }
        }
        assert!(needed.iter().all(|needed| *needed), "{seed}: not all of {clash:?} are needed: {needed:?}");
        let why = told(&problem, &clash);
        assert_eq!(why.clashes.len(), clash.len());
        assert!(!why.sentences.is_empty() && why.sentences.iter().all(|said| said.ends_with('.')), "{why:?}");
        kinds.extend(why.clashes.iter().map(|clash| clash.rule));
    }
    assert!((60..280).contains(&found), "{found} of 300 weeks have a clash: the sample says little");
    assert!(kinds.len() >= 10, "only {kinds:?}");
}

#[test]
fn a_group_that_has_more_load_than_cells_is_said_at_once() {
    let anna = Member { id: "anna".into(), load: 3, groups: ["it".into()].into(), ..Member::default() };
    let ben = Member { id: "ben".into(), ..anna.clone() };
    let mut problem = Problem {
        days: vec!["mon".into()],
        shifts: 4,
        lines: 3,
        max_per_day: 4,
        members: vec![anna, ben],
        ..Problem::default()
    };
    problem.rules.exact_loads = true;
    problem.rules.max_on_phone.insert("it".into(), 1);
    let why = at_once(&problem).unwrap();
    let said = "The loads of it are 6 shifts together, but its limit leaves only 4 cells.";
    assert_eq!((why.sentences[0].as_str(), why.clashes[0].of.as_deref()), (said, Some("it")));
    problem.rules.max_on_phone.clear();
    problem.rules.min_idle.insert("it".into(), 1);
    assert_eq!(at_once(&problem).unwrap().sentences, [said]);
    problem.weights.under_idle = 1;
    assert_eq!(at_once(&problem), None);
}

#[test]
fn a_week_without_a_clash_has_no_reason() {
    assert_eq!(
        explain(&Problem { days: vec!["mon".into()], shifts: 2, lines: 1, ..Problem::default() }),
        None
    );
    assert!(!unknown().sentences.is_empty());
}
