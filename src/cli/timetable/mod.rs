//! `stasisd timetable ...`: weeks planned from files, and how they are planned.

mod loads;
mod solve;

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

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
