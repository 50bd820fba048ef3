//! Planned weeks against all weeks that there are, clashes, and a process that stops, falls or talks nonsense.

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    brute_tests::{made, plan},
    *,
};
use crate::timetable::{
    check::{Rule, check},
    problem::{Member, Place, Problem},
};

#[test]
fn a_week_without_people_or_points_is_planned_too() {
    let mut problem = small();
    problem.members.clear();
    let solution = plan(&problem).unwrap();
    assert_eq!((solution.penalty, solution.bound, solution.end), (200, 200, End::Proven));
    let mut problem = small();
    problem.members[0].busy = [0, 1].map(|shift| (Place { day: 0, shift }, String::new())).into();
    assert_eq!(plan(&problem).unwrap().end, End::Proven);
    problem.lines = 0;
    assert_eq!(plan(&problem).unwrap().penalty, 0);
}

#[test]
fn options_from_outside_are_made_sane() {
    for (seconds, gap) in [(f64::NAN, f64::NAN), (f64::INFINITY, -1.0), (1e300, 7.0)] {
        let sane = Options { seconds, gap, seed: u32::MAX }.sane();
        assert!(
            (0.0..=LONGEST_SECONDS).contains(&sane.seconds) && (0.0..=1.0).contains(&sane.gap),
            "{sane:?}"
        );
        let planned = plan_here(&small(), &Options { seconds, gap, seed: u32::MAX }, &mut |_| true);
        assert!((30..=200).contains(&planned.unwrap().penalty));
    }
    assert!(Options { seconds: -1.0, ..Options::default() }.sane().seconds.abs() < 1e-9);
}

#[test]
fn the_first_timetable_breaks_no_rule_and_is_a_start() {
    let mut found = 0;
    for seed in 0..40 {
        let problem = made(seed);
        if let Some(grid) = first::timetable(&problem, far()) {
            found += 1;
            assert_eq!(check(&problem, &grid).conflicts, [], "{seed}");
            let model = model::Model::new(&problem);
            let values = model.values(&grid).unwrap();
            assert_eq!(model.grid(&values), grid);
            let cost: f64 =
                model.linear.columns.iter().zip(&values).map(|(column, value)| column.cost * value).sum();
            let penalty = check(&problem, &grid).penalty as f64;
            assert!(
                (cost + model.linear.offset - penalty).abs() < 1e-6,
                "{seed}: {cost} {} {penalty}",
                model.linear.offset
            );
        }
    }
    assert!(found > 15, "{found}");
}

fn far() -> std::time::Instant {
    crate::tasks::clock::instant() + std::time::Duration::from_secs(60)
}

/// One day of two shifts with one line, and one person.
fn small() -> Problem {
    let anna = Member { id: "anna".into(), load: 2, ..Member::default() };
    Problem {
        days: vec!["mon".into()],
        shifts: 2,
        lines: 1,
        max_per_day: 2,
        members: vec![anna],
        ..Problem::default()
    }
}

fn why(problem: &Problem) -> Unsolvable {
    match plan(problem) {
        Err(SolveError::Unsolvable(why)) => why,
        other => panic!("{other:?}"),
    }
}

fn rules(why: &Unsolvable) -> Vec<(Rule, Option<&str>)> {
    let mut rules: Vec<_> = why.clashes.iter().map(|clash| (clash.rule, clash.of.as_deref())).collect();
    rules.sort_unstable();
    rules
}

#[test]
fn a_clash_is_told_by_who_when_and_why() {
    let at = |shift| Place { day: 0, shift };
    let mut problem = small();
    problem.rules.exact_loads = true;
    problem.members[0].busy.insert(at(1), "meeting".into());
    let clash = why(&problem);
    assert_eq!(rules(&clash), [(Rule::Busy, Some("anna")), (Rule::Load, Some("anna"))]);
    assert_eq!(clash.sentences, ["anna has to have 2 shifts.", "anna is busy at mon shift 1 (meeting)."]);

    let mut problem = small();
    problem.rules.exact_loads = true;
    problem.max_per_day = 1;
    assert_eq!(rules(&why(&problem)), [(Rule::DayLimit, Some("anna")), (Rule::Load, Some("anna"))]);

    let mut problem = small();
    problem.rules.keep_forced = true;
    problem.members[0].forced = [at(0)].into();
    problem.members.push(Member { id: "ben".into(), load: 1, forced: [at(0)].into(), ..Member::default() });
    let clash = why(&problem);
    let both = [(Rule::Lines, None), (Rule::Forced, Some("anna")), (Rule::Forced, Some("ben"))];
    assert_eq!(rules(&clash), both);
    assert!(clash.sentences.contains(&"mon shift 0 has 1 lines.".to_owned()), "{clash:?}");

    let mut problem = small();
    (problem.lines, problem.rules.max_empty_lines) = (2, Some(1));
    problem.members[0].busy.insert(at(0), "doctor".into());
    problem.members.push(Member { id: "ben".into(), load: 0, ..Member::default() });
    problem.members.push(Member {
        id: "carla".into(),
        load: 2,
        busy: [(at(0), String::new())].into(),
        ..Member::default()
    });
    let clash = why(&problem);
    let needed = [
        (Rule::Busy, Some("anna")),
        (Rule::Busy, Some("carla")),
        (Rule::Load, Some("ben")),
        (Rule::Empty, None),
    ];
    assert_eq!(rules(&clash), needed);
    assert_eq!(clash.sentences[0], "mon shift 0 needs 1 people for its 2 lines.");
    assert!(clash.sentences.contains(&"Busy at mon shift 0: anna (doctor), carla.".to_owned()), "{clash:?}");
}

#[test]
fn each_rule_can_be_what_stands_against_a_week() {
    let with = |change: &dyn Fn(&mut Problem)| {
        let mut problem = small();
        problem.rules.exact_loads = true;
        problem.shifts = 4;
        problem.members.push(Member { id: "ben".into(), load: 2, ..Member::default() });
        for member in &mut problem.members {
            member.groups = ["it".to_owned()].into();
            member.table = Some(7);
            member.busy = [0, 3].map(|shift| (Place { day: 0, shift }, String::new())).into();
        }
        problem.lines = 2;
        change(&mut problem);
        why(&problem).clashes.iter().map(|clash| clash.rule).collect::<std::collections::BTreeSet<_>>()
    };
    assert!(with(&|p| p.rules.max_per_table = Some(1)).contains(&Rule::Table));
    assert!(with(&|p| _ = p.rules.max_on_phone.insert("it".into(), 1)).contains(&Rule::OnPhone));
    assert!(with(&|p| _ = p.rules.min_idle.insert("it".into(), 1)).contains(&Rule::Idle));
    assert!(with(&|p| p.rules.lunch_break = true).contains(&Rule::Lunch));
    let gap = |p: &mut Problem| {
        p.rules.no_gaps = true;
        for member in &mut p.members {
            member.busy = [0, 2].map(|shift| (Place { day: 0, shift }, String::new())).into();
        }
    };
    assert!(with(&gap).contains(&Rule::Gap));
    let sums = with(&|p| p.lines = 0);
    assert!(sums.contains(&Rule::Lines) && sums.contains(&Rule::Load));
}

#[test]
fn many_shifts_a_day_are_looked_at_as_far_as_there_is_room() {
    let mut problem = small();
    (problem.shifts, problem.max_per_day, problem.members[0].load) = (24, 12, 12);
    problem.days = (0..7).map(|day| format!("d{day}")).collect();
    let shapes = days::Shapes::of(&problem);
    let known = shapes.for_member(&problem, &problem.members[0]).len();
    assert!(shapes.partial && (24..250_000).contains(&known), "{known}");
    let solution = plan(&problem).unwrap();
    assert_eq!(check(&problem, &solution.grid).conflicts, []);
    assert!(0 < solution.bound && solution.bound <= solution.penalty, "{solution:?}");
    assert_ne!(solution.end, End::GoodEnough, "nobody asked for less than the best");
    // So many that not even the days without pauses can all be looked at: somebody is planned nevertheless.
    (problem.shifts, problem.max_per_day) = (96, 20);
    problem.members =
        (0..400).map(|n| Member { id: format!("p{n}"), load: 20, ..Member::default() }).collect();
    let shapes = days::Shapes::of(&problem);
    let known = shapes.for_member(&problem, &problem.members[0]).len();
    assert!(shapes.partial && (96..=192).contains(&known), "{known}");
    // With no pauses allowed the days without pauses are all that there are.
    let mut problem = small();
    (problem.shifts, problem.max_per_day, problem.members[0].load, problem.rules.no_gaps) = (96, 8, 8, true);
    assert!(!days::Shapes::of(&problem).partial);
}

/// A planning process that is a shell script; it has read what it was asked.
fn script(lines: &str) -> Worker {
    Worker {
        program: "/bin/sh".into(),
        arguments: vec!["-c".into(), format!("read -r asked\n{lines}").into()],
    }
}

const FOUND: &str = r#"echo '{"better":{"mon":[["anna"],[]]}}'; echo '{"bound":40}'"#;

async fn run(lines: &str, stop: &CancellationToken) -> Result<Solution, SolveError> {
    let stop_when_found = |progress: &Progress| {
        if progress.best.is_some() && lines.contains("sleep") {
            stop.cancel();
        }
    };
    solve(&script(lines), &small(), &Options::default(), stop_when_found, stop).await
}

#[tokio::test]
async fn a_killed_solver_leaves_the_best_so_far() {
    let stop = CancellationToken::new();
    let solution = run(&format!("{FOUND}\necho 'terrible things' >&2; kill -9 $$"), &stop).await.unwrap();
    assert_eq!((solution.penalty, solution.bound), (100, 40));
    let End::Failed(why) = &solution.end else { panic!("{:?}", solution.end) };
    assert!(why.contains("signal: 9") && why.contains("terrible things"), "{why}");
    let error = run("kill -9 $$", &stop).await.unwrap_err();
    assert!(matches!(&error, SolveError::Failed(why) if why.contains("signal: 9")), "{error}");
}

#[tokio::test]
async fn a_stopped_solver_leaves_the_best_so_far() {
    let solution = run(&format!("{FOUND}\nexec sleep 600"), &CancellationToken::new()).await.unwrap();
    assert_eq!((solution.penalty, solution.end), (100, End::Stopped));
    let stopped = CancellationToken::new();
    stopped.cancel();
    assert_eq!(run("exec sleep 600", &stopped).await.unwrap_err(), SolveError::NothingFound);
}

#[tokio::test]
async fn a_solver_is_not_believed() {
    let stop = CancellationToken::new();
    let wrong =
        run(r#"echo '{"better":{"mon":[["anna","anna"],[]]}}'; echo '{"done":"proven"}'"#, &stop).await;
    assert_eq!(wrong.unwrap_err(), SolveError::NothingFound);
    let nonsense = run("echo nonsense", &stop).await.unwrap_err();
    assert!(nonsense.to_string().contains("nonsense"), "{nonsense}");
    let late = run(&format!("{FOUND}\necho nonsense"), &stop).await.unwrap();
    assert_eq!((late.penalty, late.bound), (100, 40), "what it found before is kept");
    assert!(matches!(&late.end, End::Failed(why) if why.contains("nonsense")), "{late:?}");
    let missing = Worker { program: "/nowhere/stasisd".into(), arguments: vec![] };
    let error = solve(&missing, &small(), &Options::default(), |_| {}, &stop).await.unwrap_err();
    assert!(error.to_string().contains("/nowhere/stasisd"), "{error}");
}

#[test]
fn the_process_answers_in_lines() {
    let asked = json!({ "problem": small(), "options": Options::default() }).to_string();
    let mut said = Vec::new();
    work(asked.as_bytes(), &mut said).unwrap();
    let said = String::from_utf8(said).unwrap();
    let last = said.lines().last().unwrap();
    assert_eq!(last, r#"{"done":"proven"}"#, "{said}");
    assert!(said.lines().any(|line| line.contains(r#"{"better":{"mon":[["anna"],["anna"]]}}"#)), "{said}");
    assert!(work(&b"nonsense\n"[..], Vec::new()).unwrap_err().contains("what was asked"));
}

#[test]
fn the_same_seed_finds_the_same_week() {
    let problem = made(4);
    let grids =
        [1, 1, 2].map(|seed| plan_here(&problem, &Options { seed, ..Options::default() }, &mut |_| true));
    assert_eq!(grids[0], grids[1]);
    assert_eq!(grids[0].as_ref().map(|found| found.penalty), grids[2].as_ref().map(|found| found.penalty));
}
