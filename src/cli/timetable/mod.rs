//! `stasisd timetable ...`: weeks planned from files, and how they are planned.

mod loads;
mod solve;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::app::{Exit, Failed};

/// `stasisd timetable ...`
#[derive(Debug, Args)]
pub struct TimetableArgs {
    #[command(subcommand)]
    command: TimetableCommand,
}

#[derive(Debug, Subcommand)]
enum TimetableCommand {
    /// Plan a week from a file and write its timetable. Needs neither configuration nor daemon.
    Solve(solve::SolveArgs),
    /// Compute from a file who gets how many shifts, and print each step.
    Loads(loads::LoadsArgs),
    /// The planning process itself, as the daemon starts it.
    #[command(hide = true)]
    Work,
}

/// Does it.
pub(super) fn run(_file: Option<PathBuf>, args: &TimetableArgs) -> Result<Exit, Failed> {
    match &args.command {
        TimetableCommand::Solve(args) => solve::run(args),
        TimetableCommand::Loads(args) => loads::run(args),
        TimetableCommand::Work => solve::work(),
    }
}
