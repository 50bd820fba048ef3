//! `stasisd timetable plan`: a week is planned, by the daemon or from a file, and told with what it costs and why.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};

use super::solve::{self, Teller};
use crate::{
    app::{Exit, Failed, OrExit},
    cli::call::{Client, escaped, say},
    tasks::clock,
    timetable::{End, Options, Progress, Solution, SolveError},
};

/// How often the daemon is asked how far it is.
const ASK_EACH: Duration = Duration::from_millis(300);

/// Which week, and how to plan it.
#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    /// A timetable of the configuration; or a file with a week in the format tomatic-neutral/1, which needs no daemon
    #[arg(value_name = "TIMETABLE|FILE.json")]
    name: String,
    /// The week's Monday, 2026-11-23; not with a file
    week: Option<String>,
    /// How long to look for something better [default: as configured, else two hours; 60 with a file]
    #[arg(long, value_name = "SECONDS")]
    seconds: Option<u32>,
    /// How many answer at once [default: as configured]
    #[arg(long)]
    lines: Option<usize>,
    /// Nobody's credit or debt counts
    #[arg(long)]
    forgive: bool,
    /// What it is for
    #[arg(long, default_value = "")]
    description: String,
    /// Make what is found the week's timetable, and publish it
    #[arg(long, conflicts_with = "draft")]
    publish: bool,
    /// Make what is found the week's timetable, as a draft
    #[arg(long)]
    draft: bool,
    /// With a file: where to write the timetable, as `solve` does
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl PlanArgs {
    /// The file, if it is one that is to be planned.
    pub(super) fn file(&self) -> Option<&Path> {
        let path = Path::new(&self.name);
        let is_json = path.extension().is_some_and(|kind| kind.eq_ignore_ascii_case("json"));
        (self.week.is_none() && is_json).then_some(path)
    }
}

/// Plans a week of a file; Ctrl+C ends the search and keeps the best so far.
pub(super) fn from_file(file: &Path, args: &PlanArgs) -> Result<Exit, Failed> {
    let mut problem = solve::read(file).or_exit(Exit::Data)?;
    problem.lines = args.lines.unwrap_or(problem.lines);
    let options = Options { seconds: args.seconds.map_or(60.0, f64::from), ..Options::default() };
    let mut teller = Teller::new(true);
    match solve::search(&problem, &options, &mut teller)? {
        Ok(solution) => {
            if let Some(out) = &args.out {
                solve::write(Some(out), &solve::answer(&problem, &solution)).or_exit(Exit::Disk)?;
            }
            let parts = solution.breakdown.iter().map(|part| (part.points as f64, part.text.clone()));
            say(&told(&of_solution(&solution), parts.collect()))?;
            match solution.end {
                End::Failed(why) => {
                    Err(Failed::new(Exit::Unavailable, format!("the search broke off: {why}")))
                }
                _ => Ok(Exit::Ok),
            }
        }
        Err(SolveError::Unsolvable(why)) => Err(Failed::new(Exit::Data, why.to_string())),
        Err(error) => Err(Failed::new(Exit::Unavailable, error.to_string())),
    }
}

fn of_solution(solution: &Solution) -> String {
    let end = match solution.end {
        End::Proven => "none is better",
        End::GoodEnough => "good enough",
        End::NotAllLookedAt => "not all shapes of days were looked at; the best of those that were",
        End::Deadline => "the time is over",
        End::Stopped => "stopped; the best so far",
        End::Failed(_) => "broken off; the best so far",
    };
    format!("{} points, bound {}: {end}", solution.penalty, solution.bound)
}

/// Has the daemon plan a week; Ctrl+C stops the planning, which keeps the best so far.
pub(super) async fn by_daemon(client: &mut Client, args: &PlanArgs) -> Result<Exit, Failed> {
    let Some(week) = &args.week else {
        return Err(Failed::new(Exit::Usage, "say which week, by its Monday: plan TIMETABLE 2026-11-23"));
    };
    let mut interrupts = signal(SignalKind::interrupt()).or_exit(Exit::System)?;
    let mut body = json!({ "week": week, "description": args.description, "forgive": args.forgive });
    if let Some(seconds) = args.seconds {
        body["seconds"] = seconds.into();
    }
    if let Some(lines) = args.lines {
        body["lines"] = lines.into();
    }
    let all = format!("/v1/timetables/{}/plannings", escaped(&args.name));
    let begun = client.send("POST", &all, Some(&body)).await?;
    let path = format!("{all}/{}", begun["id"].as_str().unwrap_or_default());
    let planning = follow(client, &path, &mut interrupts).await?;
    let (state, why) = (planning["state"].as_str().unwrap_or_default(), reasons(&planning));
    if planning["result"].is_null() {
        let exit = if state == "unsolvable" { Exit::Data } else { Exit::Unavailable };
        let why = if why.is_empty() { "nothing was found in this time".to_owned() } else { why };
        return Err(Failed::new(exit, format!("{state}: {why}")));
    }
    say(&told(&of_planning(&planning), penalties(&planning)))?;
    if args.publish || args.draft {
        // Whoever has edited the week meanwhile is told of, and not overwritten.
        let body = json!({ "draft": args.draft, "version": planning["seen"] });
        let kept = client.send("POST", &format!("{path}/publish"), Some(&body)).await?;
        let state = kept["state"].as_str().unwrap_or_default();
        say(&format!("{} {week}: {state}, version {}", args.name, kept["version"]))?;
    } else {
        say(&format!(
            "kept; to make it the week's timetable: stasisd timetable plannings {} --publish {}",
            args.name,
            begun["id"].as_str().unwrap_or_default()
        ))?;
    }
    Ok(Exit::Ok)
}

/// Until the planning ends; gives it then.
async fn follow(client: &mut Client, path: &str, interrupts: &mut Signal) -> Result<Value, Failed> {
    let mut teller = Teller::new(true);
    loop {
        let planning = client.send("GET", path, None).await?;
        teller.tell(&progress(&planning, clock::now()));
        if planning["state"] != "running" {
            teller.end();
            return Ok(planning);
        }
        if timeout(ASK_EACH, interrupts.recv()).await.is_ok() {
            client.send("POST", &format!("{path}/stop"), None).await?;
        }
    }
}

/// How far a planning is.
fn progress(planning: &Value, now: Timestamp) -> Progress {
    let at = |key: &str| planning[key].as_str().and_then(|text| text.parse::<Timestamp>().ok());
    let count = |key: &str| usize::try_from(planning[key].as_u64().unwrap_or_default()).unwrap_or_default();
    let started = at("started_at").unwrap_or(now);
    let since = |at: Timestamp| at.duration_since(started).as_secs_f64().max(0.0);
    Progress {
        best: points(&planning["cost"]),
        bound: points(&planning["bound"]),
        filled: count("filled"),
        cells: count("cells"),
        elapsed_secs: since(at("ended_at").unwrap_or(now)),
        improved_secs: at("improved_at").map(since),
    }
}

/// Points are whole numbers, told as they come out of sums.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "points are few and not negative")]
fn points(value: &Value) -> Option<u64> {
    value.as_f64().map(|points| points.round() as u64)
}

fn of_planning(planning: &Value) -> String {
    let or = |key: &str| points(&planning[key]).map_or_else(|| "-".to_owned(), |points| points.to_string());
    let end = match planning["state"].as_str().unwrap_or_default() {
        "done" if planning["cost"] == planning["bound"] => "none is better",
        "done" => "the time is over",
        "stopped" => "stopped; the best so far",
        _ => "broken off; the best so far",
    };
    format!("{} points, bound {}: {end}", or("cost"), or("bound"))
}

fn penalties(planning: &Value) -> Vec<(f64, String)> {
    let parts = planning["result"]["penalties"].as_array().map(Vec::as_slice).unwrap_or_default();
    let part = |part: &Value| {
        (part["points"].as_f64().unwrap_or_default(), part["text"].as_str().unwrap_or_default().to_owned())
    };
    parts.iter().map(part).collect()
}

fn reasons(planning: &Value) -> String {
    let why = planning["why"].as_array().map(Vec::as_slice).unwrap_or_default();
    why.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
}

/// The points, and what they are for: the most first.
fn told(head: &str, mut parts: Vec<(f64, String)>) -> String {
    parts.sort_by(|one, other| other.0.total_cmp(&one.0));
    let lines = parts.iter().map(|(points, text)| format!("\n{points:>6}  {text}"));
    head.to_owned() + &lines.collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_expensive_stands_first() {
        let parts = vec![(20.0, "b".to_owned()), (100.0, "a".to_owned())];
        assert_eq!(told("120 points", parts), "120 points\n   100  a\n    20  b");
        let planning = json!({
            "state": "done", "cost": 420.0, "bound": 420.0, "started_at": "2026-11-21T10:00:00Z",
            "ended_at": "2026-11-21T10:00:02Z", "improved_at": "2026-11-21T10:00:01.5Z", "filled": 98, "cells": 100,
        });
        assert_eq!(of_planning(&planning), "420 points, bound 420: none is better");
        let progress = progress(&planning, Timestamp::UNIX_EPOCH);
        assert_eq!((progress.best, progress.filled, progress.elapsed_secs), (Some(420), 98, 2.0));
        assert_eq!(progress.improved_secs, Some(1.5));
    }
}
