//! What can go wrong between us and Asterisk's manager, in this room's words.

/// Why an action or the connection failed. Never holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmiError {
    /// Asterisk answered and said no, in its own words.
    #[error("Asterisk refused: {0}")]
    Refused(String),
    /// The user may not do this (`Permission denied`). Holds the action's name.
    #[error(
        "the manager user may not use the action {0}: add its class to `write` in manager.conf (stasisd doctor names it)"
    )]
    Denied(&'static str),
    /// The connection is down, or went down while the answer was awaited: what became of the action is unknown.
    #[error("no manager connection to Asterisk")]
    NotConnected,
    /// No answer within `ami.action_timeout_ms`: what became of the action is unknown.
    #[error("Asterisk's manager did not answer in time")]
    Deadline,
    /// No connection, or one that broke.
    #[error("Asterisk's manager cannot be reached: {0}")]
    Unreachable(String),
    /// Asterisk said something that cannot be read, or was to be told something that cannot be said.
    #[error("malformed: {0}")]
    Malformed(String),
    /// User or password are wrong, or the address is not permitted.
    #[error(
        "Asterisk's manager does not accept ami.user and ami.password from here: compare them, and permit/deny, with \
         the user's section in manager.conf"
    )]
    Unauthorized,
    /// The configuration cannot work.
    #[error("{0}")]
    Config(String),
}

impl AmiError {
    /// A short word for a metric's label.
    #[must_use]
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Refused(_) => "refused",
            Self::Denied(_) => "denied",
            Self::NotConnected => "not_connected",
            Self::Deadline => "deadline",
            Self::Unreachable(_) => "unreachable",
            Self::Malformed(_) => "malformed",
            Self::Unauthorized => "unauthorized",
            Self::Config(_) => "config",
        }
    }
}
