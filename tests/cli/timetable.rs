//! `stasisd timetable solve | loads`: a week in, a timetable out, also when it is stopped early.

use serde_json::{Value, json};
use stasisd::timetable::{Grid, Problem, check};

use super::{Place, week};

fn small() -> Value {
    json!({
        "format": "tomatic-neutral/1",
        "name": "small",
        "days": ["mon"],
        "hours_per_day": 4,
        "lines": 1,
        "max_per_person_per_day": 2,
        "persons": [
            {"id": "anna", "weekly_load": 2, "ideal_load": 10, "busy": [["mon", 0, "meeting"]]},
            {"id": "ben", "weekly_load": 1, "ideal_load": 5},
        ],
    })
}

/// The timetable that was written, judged again.
fn judged(week: &Value, answer: &Value) -> stasisd::timetable::Check {
    let problem = Problem::read(&week.to_string()).unwrap();
    let days = serde_json::from_value(answer["timetable"].clone()).unwrap();
    check(&problem, &Grid::from_ids(&problem, &days).unwrap())
}

#[test]
fn a_week_is_planned_from_a_file() {
    let place = Place::with("");
    let file = place.write("week.json", &small().to_string());
    let said = place.run(&["timetable", "solve", file.to_str().unwrap(), "--progress"]);
    said.is(0, &["best 120, bound 120, gap 0.0 %, 3 of 4 cells filled"]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(
        (&answer["penalty"], &answer["bound"], &answer["end"]),
        (&json!(120), &json!(120), &json!("proven"))
    );
    assert_eq!(answer["points"], json!({"empty": 100, "concentrated": 20}));
    assert_eq!(answer["breakdown"][0]["kind"], "empty");
    let check = judged(&small(), &answer);
    assert_eq!((check.penalty, check.conflicts), (120, vec![]));
    let out = place.path("out.json");
    let said = place.run(&["timetable", "solve", file.to_str().unwrap(), "--out", out.to_str().unwrap()]);
    said.is(0, &[]);
    assert_eq!(said.out, "");
    assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(out).unwrap()).unwrap(), answer);
}

#[test]
fn a_week_that_cannot_be_is_refused_with_the_reason() {
    let place = Place::with("");
    let mut week = small();
    week["rules"] = json!({"exact_loads": true});
    week["max_per_person_per_day"] = json!(1);
    let file = place.write("week.json", &week.to_string());
    let said = place.run(&["timetable", "solve", file.to_str().unwrap()]);
    said.is(65, &["no timetable fits: anna has to have 2 shifts. anna has at most 1 shifts a day (mon)."]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(answer["unsolvable"]["clashes"][0]["of"], "anna");
    week["persons"][0]["busy"] = json!([["sun", 0]]);
    let file = place.write("week.json", &week.to_string());
    let said = place.run(&["timetable", "solve", file.to_str().unwrap()]);
    said.is(65, &["week.json", "persons[0].busy[0]: \"sun\" is none of the days"]);
    place.run(&["timetable", "solve", "/nowhere/week.json"]).is(65, &["cannot read /nowhere/week.json"]);
}

#[test]
fn a_large_week_that_is_stopped_early_keeps_a_timetable() {
    let place = Place::with("");
    let week = week::made(1, 300, 8, 20);
    let file = place.write("week.json", &week.to_string());
    let said = place.run(&["timetable", "solve", file.to_str().unwrap(), "--seconds", "2"]);
    said.is(0, &[]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    let check = judged(&week, &answer);
    assert_eq!(check.conflicts, []);
    assert_eq!(json!(check.penalty), answer["penalty"]);
    assert!(answer["bound"].as_u64() <= answer["penalty"].as_u64());
}

#[test]
fn a_planner_that_is_killed_leaves_its_best_and_says_so() {
    let place = Place::with("");
    let week = week::made(1, 500, 8, 33);
    let file = place.write("week.json", &week.to_string());
    let out = place.path("out.json");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_stasisd"))
        .args(["timetable", "solve", file.to_str().unwrap(), "--progress", "--out", out.to_str().unwrap()])
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stderr.take().unwrap()));
    // As soon as it has one timetable its planning process is killed.
    for line in lines.by_ref().map_while(Result::ok) {
        if line.contains("best ") && !line.contains("best -") {
            let workers = format!("/proc/{0}/task/{0}/children", child.id());
            let worker = std::fs::read_to_string(workers).unwrap();
            std::process::Command::new("kill").args(["-9", worker.trim()]).status().unwrap();
            break;
        }
    }
    lines.map_while(Result::ok).for_each(|line| said += &line);
    assert_eq!(child.wait().unwrap().code(), Some(69), "{said}");
    assert!(said.contains("the best so far is written") && said.contains("signal: 9"), "{said}");
    let answer: Value = serde_json::from_str(&std::fs::read_to_string(out).unwrap()).unwrap();
    assert_eq!(judged(&week, &answer).conflicts, []);
}

#[test]
fn numbers_and_files_that_cannot_be_are_refused_at_once() {
    let place = Place::with("");
    let file = place.write("week.json", &small().to_string());
    let file = file.to_str().unwrap();
    for seconds in ["NaN", "inf", "-1", "1e99", "soon"] {
        place.run(&["timetable", "solve", file, &format!("--seconds={seconds}")]).is(64, &["--seconds"]);
    }
    place.run(&["timetable", "solve", file, "--gap=2"]).is(64, &["from 0 to 1"]);
    place
        .run(&["timetable", "solve", file, "--out", "/nowhere/x.json"])
        .is(74, &["cannot write /nowhere/x.json"]);
}

#[test]
fn loads_are_shown_step_by_step() {
    let place = Place::with("");
    let file = place.write("week.json", &small().to_string());
    let said = place.run(&["timetable", "loads", file.to_str().unwrap(), "--lines", "2"]);
    said.is(
        0,
        &[
            "person\tideal\tproportional",
            "anna\t10.0\t10.0\t10\t2\t2\t2\t2\t2\t2\t-8.0",
            "2 lines, 4 cells for nobody",
        ],
    );
    let said = place.run(&["timetable", "loads", file.to_str().unwrap(), "--json"]);
    let loads: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(loads["people"][1]["load"], 2);
}

#[test]
fn the_real_week_is_planned_as_well_as_can_be() {
    // A measured week that is no part of the project: only where it is there.
    let Ok(file) = std::env::var("STASISD_BENCH_WEEK") else { return };
    let place = Place::with("");
    let said = place.run(&["timetable", "solve", &file]);
    let answer: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((&answer["penalty"], &answer["bound"]), (&json!(420), &json!(420)));
    let parts = json!({"empty": 200, "unforced": 100, "concentrated": 100, "no_brunch": 20});
    assert_eq!(answer["points"], parts);
}
