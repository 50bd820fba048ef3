//! `stasisd export …`: what is kept here, in the files of other programs.

mod tomatic;
mod weeks;

use std::{io::Write, path::PathBuf};

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::config::Config;

/// `stasisd export …`
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(subcommand)]
    command: ExportCommand,
}

#[derive(Debug, Subcommand)]
enum ExportCommand {
    /// Write what `stasisd import tomatic` reads: persons, busy lines, holidays, timetables, forced turns, credits,
    /// call notes and their categories
    ///
    /// What those files cannot hold is named: absences of groups, drafts.
    Tomatic(TomaticArgs),
}

/// Where to.
#[derive(Debug, Args)]
struct TomaticArgs {
    /// A folder that is not there yet, or is empty
    folder: PathBuf,
    /// The timetable whose weeks are written [default: the only one of the configuration]
    #[arg(long, value_name = "NAME")]
    timetable: Option<String>,
}

/// Does it; false if something cannot stand in the files.
///
/// # Errors
/// The folder has something in it or cannot be written, and what the store says.
pub async fn run(args: &ExportArgs, config: &Config, out: &mut (dyn Write + Send)) -> Result<bool> {
    let ExportCommand::Tomatic(args) = &args.command;
    tomatic::run(args, config, out).await
}
