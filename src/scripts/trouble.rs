//! Why a session did not bring what was asked, in the words of `STASISD_ERROR`.

use super::answers::Unanswered;
use crate::agi::AgiError;

/// Why.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    /// There is no such entry.
    #[error("there is no entry of this name")]
    Unknown,
    /// The request is none that Asterisk sends.
    #[error("the request: {0}")]
    Request(AgiError),
    /// An argument is missing or makes no sense.
    #[error("{0}")]
    Argument(String),
    /// A room did not answer.
    #[error("{0}")]
    Unavailable(String),
    /// It took too long.
    #[error("no answer in time")]
    Timeout,
    /// As many sessions as may be are there.
    #[error("too many sessions at once")]
    Busy,
    /// The caller is gone.
    #[error("the caller hung up")]
    HungUp,
    /// Asterisk is gone, or says what makes no sense.
    #[error("the session: {0}")]
    Lost(AgiError),
}

impl Trouble {
    /// The value of `STASISD_ERROR`, and the metric's outcome.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Request(_) => "request",
            Self::Argument(_) => "argument",
            Self::Unavailable(_) => "unavailable",
            Self::Timeout => "timeout",
            Self::Busy => "busy",
            Self::HungUp => "hung_up",
            Self::Lost(_) => "lost",
        }
    }
}

impl From<Unanswered> for Trouble {
    fn from(why: Unanswered) -> Self {
        match why {
            Unanswered::Refused(what) => Self::Argument(what),
            Unanswered::Failed(what) => Self::Unavailable(what),
        }
    }
}
