//! `stasisd queues ...`: queues looked after through the control port.

mod history;
mod program;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::call::{PortArgs, with_client};
use crate::app::{Exit, Failed};

/// `stasisd queues ...`
#[derive(Debug, Args)]
pub struct QueuesArgs {
    #[command(subcommand)]
    command: QueuesCommand,
    #[command(flatten)]
    port: PortArgs,
}

#[derive(Debug, Subcommand)]
enum QueuesCommand {
    #[command(flatten)]
    Program(program::ProgramCommand),
    #[command(flatten)]
    History(history::HistoryCommand),
}

/// Does it.
pub(super) fn run(file: Option<PathBuf>, args: &QueuesArgs) -> Result<Exit, Failed> {
    with_client(file, &args.port, async |client| {
        match &args.command {
            QueuesCommand::Program(command) => program::run(client, command).await?,
            QueuesCommand::History(command) => history::run(client, command).await?,
        }
        Ok(Exit::Ok)
    })
}
