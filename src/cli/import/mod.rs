//! `stasisd import …`: what other programs kept is taken over.

mod calls;
mod report;
mod tomatic;
mod weeks;

use std::{io::Write, path::PathBuf};

pub(super) use weeks::{IMPORTED, which};

use anyhow::Result;
use clap::{Args, Subcommand};
use jiff::Timestamp;

use crate::config::Config;

/// `stasisd import …`
#[derive(Debug, Args)]
pub struct ImportArgs {
    #[command(subcommand)]
    command: ImportCommand,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// Take over what Tomàtic has in a folder: persons, busy lines, holidays, timetables, forced turns, credits, call
    /// notes and their categories
    ///
    /// What cannot be read is named by file and line; the rest is stored, each file whole or not at all. A second run
    /// changes nothing.
    Tomatic(TomaticArgs),
}

/// Which folder.
#[derive(Debug, Args)]
pub(super) struct TomaticArgs {
    /// Tomàtic's folder, with persons.yaml, data/ and graelles/ in it
    folder: PathBuf,
    /// The timetable that its weeks become [default: the only one of the configuration]
    #[arg(long, value_name = "NAME")]
    timetable: Option<String>,
    /// Only tell what would be stored
    #[arg(long)]
    dry_run: bool,
}

/// Does it; false if something could not be read.
///
/// # Errors
/// There is no such folder, and what the store says.
pub async fn run(
    args: &ImportArgs,
    config: &Config,
    now: Timestamp,
    out: &mut (dyn Write + Send),
) -> Result<bool> {
    let ImportCommand::Tomatic(args) = &args.command;
    tomatic::run(args, config, now, out).await
}
