//! How the process ends: one exit code for each class of failure (the numbers of sysexits.h).

use std::{fmt, process::ExitCode};

use crate::tasks::signals::FORCED;

/// Why the process ended, as its exit code says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done as asked; for `run`: stopped by SIGTERM or SIGINT and drained.
    Ok = 0,
    /// Something was found that is to be mended: by `doctor`, in a flow, in a week, in a file that was imported.
    Found = 1,
    /// A call was answered, but not heard to the end.
    NotHeard = 10,
    /// A call was busy, not answered or refused.
    NotReached = 11,
    /// A call could not be made.
    NotCalled = 12,
    /// What became of a call is not known.
    NotKnown = 13,
    /// A call was cancelled, or its time was over.
    NotWanted = 14,
    /// The command line is wrong.
    Usage = 64,
    /// What was read is wrong: a flow file, an order.
    Data = 65,
    /// Something we depend on cannot be had: the database, a voice.
    Unavailable = 69,
    /// A fault in the program: a loop ended or panicked.
    Internal = 70,
    /// The system refuses something: a port in use, no more files.
    System = 71,
    /// A disk cannot be written.
    Disk = 74,
    /// Another client took the Stasis application over. A restart would only take it back.
    Replaced = 76,
    /// The configuration cannot be used.
    Config = 78,
    /// A second signal ended it before it had drained.
    Forced = FORCED,
}

impl Exit {
    /// Every code with its meaning, for `--help`.
    pub const ALL: [(Self, &'static str); 16] = [
        (Self::Ok, "done; for `run`: stopped by a signal, and drained"),
        (Self::Found, "something is to be mended: `doctor` found it, or an import or export left it out"),
        (Self::NotHeard, "`call --wait`: answered, but not heard to the end"),
        (Self::NotReached, "`call --wait`: busy, not answered, or refused"),
        (Self::NotCalled, "`call --wait`: it could not be called"),
        (Self::NotKnown, "`call --wait`: what became of it is not known"),
        (Self::NotWanted, "`call --wait`: cancelled, or its time was over"),
        (Self::Usage, "the command line is wrong"),
        (Self::Data, "a flow file or other input is wrong"),
        (Self::Unavailable, "the database or another part we need cannot be had"),
        (Self::Internal, "a fault in the program (a loop panicked); systemd starts it again"),
        (Self::System, "the system refuses something, such as the control port"),
        (Self::Disk, "a disk cannot be written"),
        (Self::Replaced, "another client took the Stasis application over"),
        (Self::Config, "the configuration cannot be used"),
        (Self::Forced, "a second signal ended it before it had drained"),
    ];

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// An error, and the exit code it ends the process with.
#[derive(Debug)]
pub struct Failed {
    /// The code.
    pub exit: Exit,
    /// What, where and how to mend it.
    pub error: anyhow::Error,
}

impl Failed {
    /// A failure of class `exit` that says `what`.
    pub fn new(exit: Exit, what: impl fmt::Display) -> Self {
        Self { exit, error: anyhow::anyhow!("{what}") }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.error)
    }
}

/// Gives an error its exit code.
pub trait OrExit<T> {
    /// The value, or a failure of class `exit`.
    ///
    /// # Errors
    /// The error as it was, with its class.
    fn or_exit(self, exit: Exit) -> Result<T, Failed>;
}

impl<T, E: Into<anyhow::Error>> OrExit<T> for Result<T, E> {
    fn or_exit(self, exit: Exit) -> Result<T, Failed> {
        self.map_err(|error| Failed { exit, error: error.into() })
    }
}
