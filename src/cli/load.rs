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
    read_and_verify_tables(file, &[""])
}

/// As [`read_and_verify`], but looks only at the tables that are needed (`storage.`): a token can be made by
/// somebody who may not read the ARI password.
pub(super) fn read_and_verify_tables(file: Option<PathBuf>, tables: &[&str]) -> Result<Loaded, Failed> {
    let loaded = read(file)?;
    let mut found = problems(&loaded.config);
    found.retain(|problem| tables.iter().any(|table| problem.key.starts_with(table)));
    if found.is_empty() {
        return Ok(loaded);
    }
    let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
    Err(Failed::new(Exit::Config, lines.join("\nstasisd: ")))
}
