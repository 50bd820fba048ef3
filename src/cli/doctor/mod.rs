//! `stasisd doctor`: tries this deployment, and gives the mend for each thing that fails.

use std::path::PathBuf;

use clap::Args;

use super::load;
use crate::app::{Exit, Failed};

#[derive(Debug, Args)]
pub(super) struct DoctorArgs {}

pub(super) fn run(file: Option<PathBuf>, _args: &DoctorArgs) -> Result<Exit, Failed> {
    load::read_and_verify(file)?;
    Ok(Exit::Ok)
}
