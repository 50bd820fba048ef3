//! `stasisd run`: the daemon in this process, until a signal ends it.

use std::{path::PathBuf, time::Duration};

use super::load;
use crate::app::{
    self, Exit, Failed, OrExit,
    telemetry::{Metrics, start_log},
};

/// What blocks a thread at the end (a look-up of a name) is left behind after this.
const LEAVE: Duration = Duration::from_secs(1);

pub(super) fn run(file: Option<PathBuf>) -> Result<Exit, Failed> {
    let loaded = load::read_and_verify(file)?;
    start_log(&loaded.config.log).or_exit(Exit::Config)?;
    let metrics = Metrics::start().or_exit(Exit::Internal)?;
    let layers: Vec<String> = loaded.layers.iter().map(ToString::to_string).collect();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), configuration = layers.join(", "), "stasisd starts");
    // One thread drives everything. A call's event is work for some ten microseconds on its way through several
    // tasks: to wake another thread for each costs more than the work. Rendering, files and SQLite have their own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().or_exit(Exit::System)?;
    let ended = runtime.block_on(app::run(loaded.config, metrics));
    runtime.shutdown_timeout(LEAVE);
    ended.inspect(|()| tracing::info!("stasisd has stopped")).map(|()| Exit::Ok)
}
