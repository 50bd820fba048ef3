//! `stasisd config show | defaults`: the settings that hold, or the commented defaults.

use std::path::PathBuf;

use clap::Subcommand;

use super::load;
use crate::{
    app::{Exit, Failed},
    config::{DEFAULTS, show},
};

#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// What holds, from all layers; secrets hidden.
    Show,
    /// Every setting with its meaning and default, to copy from.
    Defaults,
}

pub(super) fn run(file: Option<PathBuf>, command: &ConfigCommand) -> Result<Exit, Failed> {
    match command {
        ConfigCommand::Show => print!("{}", show(&load::read(file)?)),
        ConfigCommand::Defaults => print!("{DEFAULTS}"),
    }
    Ok(Exit::Ok)
}
