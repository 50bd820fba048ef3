//! The house rules that a compiler does not know: layers, homes of side effects, sizes, and true papers.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

#[path = "tidy/papers.rs"]
mod papers;
#[path = "tidy/source.rs"]
mod source;

use std::{collections::BTreeSet, fs, path::Path};

use source::{Source, modules_named};

/// The rows of ARCHITECTURE.md, lowest first: a module may name only modules of rows before its own.
const ROWS: &[&[&str]] = &[
    &["model"],
    &["config", "feed", "tasks", "spoken"],
    &["ari", "agi", "ami", "tts", "storage", "limits", "web"],
    &["directory", "people", "timetable"],
    &["calls"],
    &["flow"],
    &["webhooks", "sms"],
    &["outbound", "routing"],
    &["queue", "messaging"],
    &["stasis", "http", "scripts"],
    &["app"],
    &["cli"],
];

/// What has one home: what it looks like, where it may stand, and what to do instead.
const HOMES: &[(&[&str], &[&str], &str)] = &[
    (
        // The time of day. The time that never jumps (`Instant`) belongs to whoever waits.
        &["Timestamp::now(", "SystemTime::now(", "Zoned::now("],
        &["src/tasks/clock.rs", "src/feed/mod.rs"],
        "take the time as an argument, or ask tasks::clock",
    ),
    (
        &["tokio::spawn(", "task::spawn(", "thread::spawn("],
        // The supervisors of one socket and of the journal, which hand out their own end.
        &["src/tasks/", "src/app/run.rs", "src/ari/", "src/storage/journal/"],
        "give it to tasks::Tasks",
    ),
    (
        &["select!"],
        &["src/tasks/signals.rs", "src/ari/session.rs", "src/stasis/door.rs"],
        "use run_until_cancelled, timeout, or a loop of its own",
    ),
    (&["StatusCode"], &["src/http/", "src/ari/"], "use the room's own words"),
    (&["process::exit("], &["src/tasks/signals.rs"], "return an error with its exit code"),
    (&["env::var"], &["src/config/", "src/app/telemetry/journal.rs", "src/tts/"], "make it a setting"),
    (&["message = %", "message = ?"], &[], "name the field otherwise: `message` is the text of the line"),
    (&["println!", "print!(", "eprint"], &["src/cli/"], "log it with tracing"),
    (&["anyhow"], &["src/app/", "src/cli/"], "give the room its own error with thiserror"),
    (&["sqlx::"], &["src/storage/"], "ask a repository in storage"),
    (&["axum::"], &["src/http/"], "HTTP ends at the door"),
    (&["tokio_tungstenite::"], &["src/ari/"], "ask the ari handle"),
    (&["clap::"], &["src/cli/"], "arguments end at the command line"),
    (&["unsafe ", "unsafe_code"], &["src/timetable/solve/engine/callback.rs"], "let a safe crate do it"),
    (&["highs_sys::"], &["src/timetable/solve/engine/callback.rs"], "ask the crate highs, which is safe"),
];

/// Longest file, in lines.
const LONGEST: usize = 400;

/// Reads the project's files below `folder` whose names end in `.rs`.
fn sources(folders: &[&str]) -> Vec<Source> {
    let files = papers::tracked();
    // A module's tests may stand in a file of their own.
    let is_test = |file: &String| file.ends_with("_tests.rs") || file.ends_with("/tests.rs");
    let is_ours = |file: &String| file.ends_with(".rs") && !is_test(file);
    let ours = files.into_iter().filter(is_ours);
    ours.filter(|file| folders.iter().any(|folder| file.starts_with(folder)))
        .map(|file| {
            let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
            Source::new(&file, &text)
        })
        .collect()
}

#[track_caller]
fn none(complaints: &[String]) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn row(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

/// Imports that point up or sideways, and modules that stand in no row.
fn layers(source: &Source) -> Vec<String> {
    let Some(module) = source.module() else { return Vec::new() };
    let path = &source.path;
    let Some(own) = row(module) else {
        return vec![format!("{path}: {module} stands in no row of tests/tidy.rs and ARCHITECTURE.md")];
    };
    let named = modules_named(&source.code).into_iter().filter(|named| named != module);
    let mut complaints: Vec<String> = named
        .filter(|named| row(named).is_none_or(|row| row >= own))
        .map(|named| format!("{path}: {module} may not know {named}: imports point to rows before one's own"))
        .collect();
    if source.climbs_out() {
        complaints.push(format!("{path}: super:: leaves {module}: write crate::, which this test reads"));
    }
    complaints
}

/// Side effects and crates away from their homes; tests may use them anywhere.
fn homes(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    for (needles, homes, instead) in HOMES {
        if homes.iter().any(|home| source.path.starts_with(home)) {
            continue;
        }
        for needle in needles.iter().filter(|needle| source.says(needle)) {
            complaints.push(format!(
                "{}: {needle} has its home in {}: {instead}",
                source.path,
                homes.join(", ")
            ));
        }
    }
    complaints
}

/// A first line that says what the file is for, a bounded length, and nothing left undone.
fn shape(source: &Source) -> Vec<String> {
    let path = &source.path;
    let mut complaints = Vec::new();
    if !source.text.lines().next().is_some_and(|line| line.starts_with("//! ") && line.len() > 8) {
        complaints.push(format!("{path}: the first line does not say what the file is for (//! ...)"));
    }
    let lines = source.text.lines().count();
    if lines > LONGEST {
        complaints.push(format!("{path}: {lines} lines, and {LONGEST} are the most: split it by role"));
    }
    for undone in
        [concat!("todo", "!("), concat!("unimplemented", "!("), concat!("FIX", "ME"), concat!("#[ig", "nore")]
    {
        if source.text.contains(undone) {
            complaints.push(format!("{path}: {undone} is left"));
        }
    }
    complaints
}

/// A panic that an operator could meet.
fn unwraps(source: &Source) -> Vec<String> {
    let found = [".unwrap()", ".expect(", "unreachable!("].into_iter().filter(|needle| source.says(needle));
    found.map(|needle| format!("{}: {needle} outside tests", source.path)).collect()
}

#[test]
fn imports_point_one_way() {
    none(&sources(&["src/"]).iter().flat_map(layers).collect::<Vec<_>>());
}

#[test]
fn every_side_effect_has_one_home() {
    none(&sources(&["src/"]).iter().flat_map(homes).collect::<Vec<_>>());
}

#[test]
fn files_say_what_they_are_for_and_end_soon() {
    let all = sources(&["src/", "tests/", "benches/"]);
    assert!(all.len() > 20, "the files were not found");
    none(&all.iter().flat_map(shape).collect::<Vec<_>>());
}

#[test]
fn nothing_unwraps_outside_tests() {
    none(&sources(&["src/"]).iter().flat_map(unwraps).collect::<Vec<_>>());
}

#[test]
fn every_row_is_named_in_the_architecture() {
    let paper = papers::read("ARCHITECTURE.md");
    let known: BTreeSet<_> =
        sources(&["src/"]).iter().filter_map(|s| s.module().map(str::to_owned)).collect();
    none(&known.iter().filter(|m| !paper.contains(&format!("`{m}`"))).cloned().collect::<Vec<_>>());
}

/// The modules in the table of ARCHITECTURE.md, row after row; one cell may hold rows that follow each other (`then`).
fn rows_on_paper(paper: &str) -> Vec<Vec<String>> {
    let table = paper.split("\n## ").find(|part| part.starts_with("Rows")).unwrap_or_default();
    let cells = table.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").nth(1));
    let names = |cell: &str| {
        let names: Vec<String> = cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        names
    };
    let rows = cells.flat_map(|cell| cell.split(", then ").map(names).collect::<Vec<_>>());
    rows.filter(|row| !row.is_empty()).collect()
}

#[test]
fn the_architectures_table_of_rows_is_the_one_that_is_tested() {
    let sorted = |row: &[String]| row.iter().cloned().collect::<BTreeSet<_>>();
    let paper: Vec<_> =
        rows_on_paper(&papers::read("ARCHITECTURE.md")).iter().map(|row| sorted(row)).collect();
    // A row may be kept for a module that is still to come.
    let is_here = |module: &&&str| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(module).is_dir();
    let here = |row: &&[&str]| row.iter().filter(is_here).map(ToString::to_string).collect::<BTreeSet<_>>();
    let tested: Vec<_> = ROWS.iter().map(here).filter(|row| !row.is_empty()).collect();
    assert_eq!(paper, tested, "ARCHITECTURE.md (left) and ROWS in tests/tidy.rs (right) differ");
    let sample = "x\n## Rows\n\n| row | modules | w |\n|---|---|---|\n| a | `b` `c` | d |\n| e | `f`, then `g` | `h` |\n";
    assert_eq!(rows_on_paper(sample), [vec!["b", "c"], vec!["f"], vec!["g"]]);
}

/// The rules themselves: each complains about a sample that breaks it, and only then.
mod rules {
    use super::*;

    fn sample(path: &str, code: &str) -> Source {
        Source::new(path, &format!("//! A sample of a file.\n{code}\n"))
    }

    #[test]
    fn upward_and_sideways_imports_are_seen() {
        let count = |path: &str, code: &str| layers(&sample(path, code)).len();
        assert_eq!(count("src/calls/a.rs", "use crate::flow::Flow;"), 1);
        assert_eq!(count("src/ari/a.rs", "use crate::{model::CallId, storage::{Store, x}};"), 1);
        assert_eq!(count("src/model/a.rs", "fn f() { crate::config::load(); }"), 1);
        assert_eq!(count("src/ari/a.rs", "use super::super::tts;"), 1);
        assert_eq!(count("src/model/a.rs", "pub(in crate::feed) fn f() {}"), 1);
        assert_eq!(count("src/stranger/a.rs", ""), 1);
        assert_eq!(count("src/calls/a.rs", "use crate::{ari::X, calls::Y, model::{self, Z}};"), 0);
        assert_eq!(count("src/model/a.rs", "// use crate::cli\nconst X: &str = \"crate::app\";"), 0);
        assert_eq!(count("src/cli/a.rs", "use crate::app;"), 0);
        assert_eq!(count("src/ari/a/b.rs", "use super::super::x;"), 0);
    }

    #[test]
    fn strays_from_home_are_seen() {
        let count = |path: &str, code: &str| homes(&sample(path, code)).len();
        assert_eq!(count("src/flow/a.rs", "let t = Timestamp::now();"), 1);
        assert_eq!(count("src/flow/a.rs", "tokio::spawn(x); tokio::select! {}"), 2);
        assert_eq!(count("src/storage/a.rs", "fn f() -> StatusCode {}"), 1);
        assert_eq!(count("src/flow/a.rs", "tracing::info!(message = %id, \"sent\");"), 1);
        assert_eq!(count("src/tasks/clock.rs", "Timestamp::now()"), 0);
        assert_eq!(count("src/flow/a.rs", "// Timestamp::now()"), 0);
        assert_eq!(count("src/flow/a.rs", "#[cfg(test)]\nmod tests {\n fn f() { Instant::now(); }\n}"), 0);
    }

    #[test]
    fn shapeless_files_are_seen() {
        assert_eq!(shape(&Source::new("src/a.rs", "use x;\n")).len(), 1);
        assert_eq!(shape(&sample("src/a.rs", &"\n".repeat(LONGEST))).len(), 1);
        assert_eq!(shape(&sample("src/a.rs", concat!("fn f() { todo", "!() }"))).len(), 1);
        assert_eq!(shape(&sample("src/a.rs", "fn f() {}")), Vec::<String>::new());
    }

    #[test]
    fn unwraps_are_seen_outside_tests_only() {
        assert_eq!(unwraps(&sample("src/a.rs", "fn f() { x.unwrap() }")).len(), 1);
        assert_eq!(
            unwraps(&sample("src/a.rs", "#[cfg(test)]\nmod tests { fn f() { x.unwrap() } }")).len(),
            0
        );
        assert_eq!(unwraps(&sample("src/a.rs", "fn f() { x.unwrap_or(1) }")).len(), 0);
    }
}
