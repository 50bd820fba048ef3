//! What one look found, and how it is told.

use std::fmt;

/// How a thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// Perhaps not as it should be; the daemon works.
    Doubtful,
    /// The daemon or its callers will miss it.
    Failed,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    /// What: `asterisk`, `database`.
    pub name: &'static str,
    /// How it is.
    pub state: State,
    /// What was seen.
    pub seen: String,
    /// What to do about it; empty when there is nothing.
    pub mend: String,
}

impl Finding {
    /// All is well.
    pub(super) fn ok(name: &'static str, seen: impl Into<String>) -> Self {
        Self { name, state: State::Ok, seen: seen.into(), mend: String::new() }
    }

    /// Something to know.
    pub(super) fn doubtful(name: &'static str, seen: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, state: State::Doubtful, seen: seen.into(), mend: mend.into() }
    }

    /// Something to mend.
    pub(super) fn failed(name: &'static str, seen: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { name, state: State::Failed, seen: seen.into(), mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.state {
            State::Ok => "ok  ",
            State::Doubtful => "look",
            State::Failed => "FAIL",
        };
        write!(f, "{word}  {:<14} {}", self.name, self.seen)?;
        if !self.mend.is_empty() {
            write!(f, "\n      {:<14} to mend it: {}", "", self.mend)?;
        }
        Ok(())
    }
}
