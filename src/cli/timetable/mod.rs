//! `stasisd timetable ...`: weeks planned from files, and how they are planned.

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
    /// The planning process itself, as the daemon starts it.
    #[command(hide = true)]
    Work,
}

/// Does it.
pub(super) fn run(_file: Option<PathBuf>, args: &TimetableArgs) -> Result<Exit, Failed> {
    match &args.command {
        TimetableCommand::Solve(args) => solve::run(args),
        TimetableCommand::Work => solve::work(),
    }
}
