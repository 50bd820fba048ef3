//! `timetable_week_s`, `timetable_large_gap`: a real week proven, a large made one as good as thirty seconds allow.

use std::{process::Command, time::Instant};

use serde_json::Value;

use crate::{
    results::{Book, Goal, median},
    say,
    support::{daemon::program, temp::TempDir},
};

#[path = "../../tests/support/week.rs"]
mod week;

const ROUNDS: usize = 7;
const SEEDS: [u64; 3] = [1, 2, 3];

/// Measures both figures.
pub fn measure(book: &mut Book) {
    match std::env::var("STASISD_BENCH_WEEK") {
        Ok(file) => real(book, &file),
        Err(_) => {
            say("timetable_week_s is not measured: STASISD_BENCH_WEEK names no week (tomatic-neutral/1)");
        }
    }
    large(book);
}

/// Plans a week in a process of its own: its answer, and how long all of it took.
fn plan(file: &str, more: &[&str]) -> (Value, f64) {
    let begun = Instant::now();
    let output =
        Command::new(program()).args(["timetable", "solve", file]).args(more).output().expect("stasisd runs");
    let took = begun.elapsed().as_secs_f64();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    (serde_json::from_slice(&output.stdout).expect("JSON"), took)
}

fn number(answer: &Value, key: &str) -> f64 {
    answer[key].as_f64().expect("a number")
}

fn real(book: &mut Book, file: &str) {
    let mut times = Vec::new();
    let mut last = Value::Null;
    for round in 1..=ROUNDS {
        let (answer, took) = plan(file, &[]);
        assert_eq!(answer["end"], "proven", "{answer}");
        say(&format!("week {round}/{ROUNDS}: {} points, proven in {took:.3} s", answer["penalty"]));
        times.push(took);
        last = answer;
    }
    let against = format!(
        "{} points found and proven, whole process with its solver, median of {ROUNDS} runs; by kind {}",
        last["penalty"], last["points"]
    );
    book.put("timetable_week_s", median(&times), "s", Goal::AtMost(0.5), against);
}

fn large(book: &mut Book) {
    let folder = TempDir::new("bench-week");
    let file = folder.path().join("week.json");
    let (mut worst, mut said) = (0.0_f64, Vec::new());
    for seed in SEEDS {
        std::fs::write(&file, week::made(seed, 300, 8, 20).to_string()).expect("written");
        let (answer, took) = plan(file.to_str().expect("a path"), &["--seconds", "30"]);
        let (penalty, bound) = (number(&answer, "penalty"), number(&answer, "bound"));
        let gap = if penalty > 0.0 { (penalty - bound) / penalty } else { 0.0 };
        let words = format!("{penalty} points, bound {bound}, {took:.1} s, {}", answer["end"]);
        say(&format!("large week {seed}: {words}"));
        said.push(words);
        worst = worst.max(gap);
    }
    let against = format!(
        "300 people, 8 shifts, 20 lines, tables and groups, 30 s each; the worst of seeds {SEEDS:?}: {}",
        said.join("; ")
    );
    book.put("timetable_large_gap", worst, "of the penalty", Goal::AtMost(0.01), against);
}
