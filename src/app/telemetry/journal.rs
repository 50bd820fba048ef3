//! Lines for journald: each begins with its level as sd-daemon(3) has it (`<3>`), so that `journalctl -p` works.

use std::{env, fmt, fs, os::unix::fs::MetadataExt};

use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    fmt::{
        FmtContext, FormatFields,
        format::{FormatEvent, Writer},
    },
    registry::LookupSpan,
};

/// Whether standard error is journald's own stream: `$JOURNAL_STREAM` is its device and inode (systemd.exec(5)).
pub(super) fn is_our_stderr() -> bool {
    let Ok(stream) = env::var("JOURNAL_STREAM") else { return false };
    let Ok(file) = fs::metadata("/proc/self/fd/2") else { return false };
    stream == format!("{}:{}", file.dev(), file.ino())
}

/// Another format with the level before it.
pub(super) struct Leveled<F>(pub F);

impl<S, N, F> FormatEvent<S, N> for Leveled<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut to: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        to.write_str(match *event.metadata().level() {
            Level::ERROR => "<3>",
            Level::WARN => "<4>",
            Level::INFO => "<6>",
            Level::DEBUG | Level::TRACE => "<7>",
        })?;
        self.0.format_event(context, to, event)
    }
}
