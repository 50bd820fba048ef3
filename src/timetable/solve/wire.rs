//! What the planning process and its parent say to each other: one line of JSON each, and the process itself.

use std::{
    io::{BufRead, Write},
    os::unix::process::parent_id,
};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{End, Options, SolveError, Step, Unsolvable, plan_here};
use crate::timetable::problem::Problem;

/// What the process is asked, in one line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub problem: Problem,
    pub options: Options,
}

/// What it says, line by line; the last line is one of the last three.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    Better(IndexMap<String, Vec<Vec<String>>>),
    Bound(u64),
    Explaining,
    Done(End),
    Unsolvable(Unsolvable),
    NothingFound,
    Failed(String),
}

/// The planning process: reads what it is asked, plans, and writes what happens.
///
/// # Errors
/// A question that cannot be read, and a parent that is no more.
pub fn work(mut input: impl BufRead, mut output: impl Write) -> Result<(), String> {
    let mut line = String::new();
    input.read_line(&mut line).map_err(|error| format!("nothing was asked: {error}"))?;
    let asked: Asked = serde_json::from_str(&line).map_err(|error| format!("what was asked: {error}"))?;
    let mut say = |told: &Told| {
        let line = serde_json::to_string(told).unwrap_or_default();
        writeln!(output, "{line}").and_then(|()| output.flush()).is_ok()
    };
    let (problem, parent) = (&asked.problem, parent_id());
    let planned = plan_here(problem, &asked.options, &mut |step| match step {
        Step::Better(grid, _) => say(&Told::Better(grid.ids(problem))),
        Step::Bound(bound) => say(&Told::Bound(bound)),
        Step::Explaining => say(&Told::Explaining),
        // Nobody waits for the week of a parent that is no more.
        Step::Alive => parent_id() == parent,
    });
    let last = match planned {
        Ok(solution) => Told::Done(solution.end),
        Err(SolveError::Unsolvable(why)) => Told::Unsolvable(why),
        Err(SolveError::NothingFound) => Told::NothingFound,
        Err(SolveError::Failed(why)) => Told::Failed(why),
    };
    if say(&last) { Ok(()) } else { Err("nobody listens".to_owned()) }
}
