//! `stasisd completions SHELL`.

use std::io::{self, Write};

use clap::Command;
use clap_complete::{Shell, generate};

use crate::app::{Exit, Failed, OrExit};

pub(super) fn run(shell: Shell, command: &mut Command) -> Result<Exit, Failed> {
    let mut text = Vec::new();
    generate(shell, command, "stasisd", &mut text);
    io::stdout().write_all(&text).or_exit(Exit::Disk)?;
    Ok(Exit::Ok)
}
