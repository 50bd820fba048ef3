//! The configuration for a command: read, and refused where its values cannot work.

use std::path::PathBuf;

use crate::{
    app::{Exit, Failed, OrExit},
    config::{Loaded, Sources, load, problems},
};

/// Reads the layers.
pub(super) fn read(file: Option<PathBuf>) -> Result<Loaded, Failed> {
    load(&Sources::of_process(file)).or_exit(Exit::Config)
}

/// Reads the layers and refuses values that cannot work, all of them at once.
pub(super) fn read_and_verify(file: Option<PathBuf>) -> Result<Loaded, Failed> {
    let loaded = read(file)?;
    let found = problems(&loaded.config);
    if found.is_empty() {
        return Ok(loaded);
    }
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    Err(Failed::new(Exit::Config, lines.join("\nstasisd: ")))
}
