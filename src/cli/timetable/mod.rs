//! `stasisd timetable ...`: weeks kept by the daemon, edited, published and planned; and weeks planned from files.

mod loads;
mod plan;
mod plannings;
mod solve;
mod weeks;

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};

use super::call::{PortArgs, with_client};
use crate::app::{Exit, Failed};

/// `stasisd timetable ...`
#[derive(Debug, Args)]
pub struct TimetableArgs {
    #[command(subcommand)]
    command: TimetableCommand,
    #[command(flatten)]
    port: PortArgs,
}

#[derive(Debug, Subcommand)]
enum TimetableCommand {
    #[command(flatten)]
    Weeks(weeks::WeeksCommand),
    /// Plan a week, with a line of progress, and tell what it costs and why. Ctrl+C keeps the best so far.
    Plan(plan::PlanArgs),
    /// List the plannings of a timetable; publish, stop or delete one
    Plannings(plannings::PlanningsArgs),
    /// Plan a week from a file and write its timetable. Needs neither configuration nor daemon.
    Solve(solve::SolveArgs),
    /// Compute who gets how many shifts of a week, and print each step: from a file, or as the daemon would plan it.
    Loads(loads::LoadsArgs),
    /// The planning process itself, as the daemon starts it.
    #[command(hide = true)]
    Work,
}

/// Does it.
pub(super) fn run(file: Option<PathBuf>, args: &TimetableArgs) -> Result<Exit, Failed> {
    let port = &args.port;
    match &args.command {
        TimetableCommand::Weeks(command) => {
            with_client(file, port, async |client| weeks::run(client, command).await)
        }
        TimetableCommand::Plan(plan) => match plan.file() {
            Some(week) => plan::from_file(week, plan),
            None => with_client(file, port, async |client| plan::by_daemon(client, plan).await),
        },
        TimetableCommand::Plannings(args) => {
            with_client(file, port, async |client| plannings::run(client, args).await.map(|()| Exit::Ok))
        }
        TimetableCommand::Solve(args) => solve::run(args),
        TimetableCommand::Loads(loads) => match loads.week() {
            Some(week) => {
                with_client(file, &args.port, async |client| loads::by_daemon(client, loads, week).await)
            }
            None => loads::from_file(loads),
        },
        TimetableCommand::Work => solve::work(),
    }
}

/// Most bytes of a week's file.
const MOST_BYTES: u64 = 64 * 1024 * 1024;

/// A week's file; `-` is standard input.
fn text(file: &Path) -> io::Result<String> {
    let from: Box<dyn Read> =
        if file == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(file)?) };
    let mut text = String::new();
    if from.take(MOST_BYTES + 1).read_to_string(&mut text)? as u64 > MOST_BYTES {
        return Err(io::Error::other("it has more than 64 MiB: no week is as long"));
    }
    Ok(text)
}
