//! Log lines on standard error, as text or JSON; panics among them.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{self, IsTerminal},
    panic,
};

use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, registry, util::SubscriberInitExt};

use super::journal;
use crate::{
    config::{LogConfig, LogFormat},
    tasks::panic_message,
};

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter cannot be read.
    #[error("log.filter: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// It was started before.
    #[error("logging was started twice: {0}")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Starts logging for the whole process, and has panics logged instead of printed.
///
/// journald adds times and colours nothing, so under it (systemd.exec(5), `$JOURNAL_STREAM`) lines carry
/// their level as sd-daemon(3) writes it, and no time.
///
/// # Errors
/// A filter that cannot be read, or a second start.
pub fn start(config: &LogConfig) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(&config.filter)?;
    let journal = journal::is_our_stderr();
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(!journal && io::stderr().is_terminal());
    let base = registry().with(filter);
    match (config.format, journal) {
        (LogFormat::Text, false) => base.with(lines).try_init()?,
        (LogFormat::Text, true) => {
            base.with(lines.without_time().map_event_format(journal::Leveled)).try_init()?;
        }
        (LogFormat::Json, false) => base.with(lines.json().flatten_event(true)).try_init()?,
        (LogFormat::Json, true) => {
            let lines = lines.json().flatten_event(true).without_time();
            base.with(lines.map_event_format(journal::Leveled)).try_init()?;
        }
    }
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic_message(panic.payload());
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            tracing::error!(place, backtrace = %trace, "panic: {message}");
        } else {
            tracing::error!(place, "panic: {message}");
        }
    }));
    Ok(())
}
