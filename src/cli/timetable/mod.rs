//! `stasisd timetable ...`: weeks kept by the daemon, edited, published and planned; and weeks planned from files.

mod loads;
mod plan;
mod solve;
mod weeks;

use std::path::PathBuf;

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
    /// Plan a week from a file and write its timetable. Needs neither configuration nor daemon.
    Solve(solve::SolveArgs),
    /// Compute from a file who gets how many shifts, and print each step.
    Loads(loads::LoadsArgs),
    /// The planning process itself, as the daemon starts it.
    #[command(hide = true)]
    Work,
}

/// Does it.
pub(super) fn run(file: Option<PathBuf>, args: &TimetableArgs) -> Result<Exit, Failed> {
    match &args.command {
        TimetableCommand::Weeks(command) => {
            with_client(file, &args.port, async |client| weeks::run(client, command).await)
        }
        TimetableCommand::Plan(plan) => match plan.file() {
            Some(week) => plan::from_file(week, plan),
            None => with_client(file, &args.port, async |client| plan::by_daemon(client, plan).await),
        },
        TimetableCommand::Solve(args) => solve::run(args),
        TimetableCommand::Loads(args) => loads::run(args),
        TimetableCommand::Work => solve::work(),
    }
}
