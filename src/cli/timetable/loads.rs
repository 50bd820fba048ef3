//! `stasisd timetable loads`: who gets how many shifts of a week, step by step.

use std::{io::Write, path::PathBuf};

use anyhow::{Context, Result};
use clap::Args;

use crate::{
    app::{Exit, Failed, OrExit},
    cli::call::{Client, escaped},
    timetable::loads::{self, Loads, Steps},
};

/// A week whose loads are computed.
#[derive(Debug, Args)]
pub(super) struct LoadsArgs {
    /// The week, in the format tomatic-neutral/1, with persons' `ideal_load`, `days_off`, `on_leave` and `credit`; or, with a
    /// week behind it, the timetable
    #[arg(value_name = "FILE.json|TIMETABLE")]
    file: PathBuf,
    /// The Monday of the timetable's week: as the daemon would plan it now
    #[arg(conflicts_with_all = ["lines", "max_overload", "adjust_lines", "forgive"])]
    week: Option<String>,
    /// How many are to answer at once [default: as the file says]
    #[arg(long)]
    lines: Option<usize>,
    /// Shifts above somebody's share that can be given
    #[arg(long, value_name = "SHIFTS", default_value_t = 0.0)]
    max_overload: f64,
    /// Drop lines that nobody would be on
    #[arg(long)]
    adjust_lines: bool,
    /// Let credits and debts of earlier weeks not count
    #[arg(long)]
    forgive: bool,
    /// JSON, with all numbers
    #[arg(long)]
    json: bool,
}

impl LoadsArgs {
    /// The week of a timetable, if it is not a file's.
    pub(super) fn week(&self) -> Option<&str> {
        self.week.as_deref()
    }
}

/// Computes and prints them.
pub(super) fn from_file(args: &LoadsArgs) -> Result<Exit, Failed> {
    print(args, &compute(args).or_exit(Exit::Data)?)
}

/// Asks the daemon for them.
pub(super) async fn by_daemon(client: &mut Client, args: &LoadsArgs, week: &str) -> Result<Exit, Failed> {
    let name = args.file.to_string_lossy();
    let path = format!("/v1/timetables/{}/{}/loads", escaped(&name), escaped(week));
    let answer = client.send("GET", &path, None).await?;
    let loads: Loads = serde_json::from_value(answer).or_exit(Exit::Internal)?;
    print(args, &loads)
}

fn print(args: &LoadsArgs, loads: &Loads) -> Result<Exit, Failed> {
    let text = if args.json {
        serde_json::to_string_pretty(loads).or_exit(Exit::Internal)? + "\n"
    } else {
        table(loads)
    };
    std::io::stdout().write_all(text.as_bytes()).or_exit(Exit::Disk).map(|()| Exit::Ok)
}

fn compute(args: &LoadsArgs) -> Result<Loads> {
    let shown = args.file.display();
    let text = super::text(&args.file).with_context(|| format!("cannot read {shown}"))?;
    let mut wanted = loads::read(&text).with_context(|| format!("{shown} holds no week"))?;
    let demand = &mut wanted.demand;
    demand.lines = args.lines.unwrap_or(demand.lines);
    demand.max_overload = args.max_overload;
    demand.adjust_lines = args.adjust_lines;
    demand.forgive = args.forgive;
    Ok(loads::compute(demand, &wanted.candidates))
}

fn table(loads: &Loads) -> String {
    let mut text = Steps::COLUMNS.join("\t") + "\n";
    for steps in &loads.people {
        text.push_str(&(steps.cells().join("\t") + "\n"));
    }
    text.push_str(&format!("{} lines, {} cells for nobody\n", loads.lines, loads.nobody));
    text
}
