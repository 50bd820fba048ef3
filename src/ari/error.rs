//! What can go wrong between us and Asterisk's REST interface, in this room's words.

/// Why a command or the connection failed. Never holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AriError {
    /// Asterisk answered and said no. 404 and 409 are rumours of an ended channel, see [`AriError::is_gone`].
    #[error("Asterisk refused ({status}): {message}")]
    Refused {
        /// HTTP status of the answer.
        status: u16,
        /// Asterisk's own sentence.
        message: String,
    },
    /// The websocket is down, or went down while the answer was awaited: what became of the command is unknown.
    #[error("no websocket to Asterisk")]
    NotConnected,
    /// No answer within `ari.request_timeout_ms`: what became of the command is unknown.
    #[error("Asterisk did not answer in time")]
    Deadline,
    /// No connection, or one that broke.
    #[error("Asterisk cannot be reached: {0}")]
    Unreachable(String),
    /// Asterisk said something that cannot be read, or was to be told something that cannot be said.
    #[error("malformed: {0}")]
    Malformed(String),
    /// User or password are wrong (401).
    #[error(
        "Asterisk does not accept ari.user and ari.password: compare them with the user's section in ari.conf"
    )]
    Unauthorized,
    /// The configuration, or this Asterisk, cannot work.
    #[error("{0}")]
    Config(String),
}

impl AriError {
    /// Whether this says that the channel, playback or bridge is gone, has left Stasis, or is just leaving.
    ///
    /// An outcome of a race and no error; the fact is `ChannelDestroyed` or `StasisEnd`, which follow.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        match self {
            Self::Refused { status: 404 | 409, .. } => true,
            // POST /channels/{id}/answer to a channel that hangs up at this moment gives 500;
            // POST /bridges/{id}/addChannel and removeChannel give 400 and 422 where others give 404 and 409.
            Self::Refused { status: 400 | 422 | 500, message } => matches!(
                message.as_str(),
                "Failed to answer channel"
                    | "Channel not found"
                    | "Channel not in Stasis application"
                    | "Channel not in this bridge"
            ),
            _ => false,
        }
    }

    /// Whether this is an Asterisk that is stopping: it refuses every command then ("Shutdown in progress").
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        matches!(self, Self::Refused { status: 503, .. })
    }

    /// A short word for a metric's label.
    #[must_use]
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::NotConnected => "not_connected",
            Self::Deadline => "deadline",
            Self::Unreachable(_) => "unreachable",
            Self::Malformed(_) => "malformed",
            Self::Unauthorized => "unauthorized",
            Self::Config(_) => "config",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, message: &str) -> AriError {
        AriError::Refused { status, message: message.to_owned() }
    }

    #[test]
    fn rumours_of_an_end() {
        assert!(refused(404, "Channel not found").is_gone());
        assert!(refused(409, "Channel not in Stasis application").is_gone());
        assert!(refused(500, "Failed to answer channel").is_gone());
        assert!(refused(422, "Channel not in this bridge").is_gone());
        assert!(!refused(412, "Channel in invalid state").is_gone());
        assert!(!refused(400, "Endpoint must be specified").is_gone());
        assert!(!refused(500, "Internal Server Error").is_gone());
        assert!(!AriError::Deadline.is_gone());
    }
}
