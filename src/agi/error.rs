//! What can go wrong between Asterisk and a script.

use std::io;

/// Why a request cannot be read, or a command got no answer that counts.
#[derive(Debug, thiserror::Error)]
pub enum AgiError {
    /// The other side closed the connection.
    #[error("Asterisk closed the connection")]
    Closed,
    /// The deadline is over.
    #[error("Asterisk was silent for too long")]
    Late,
    /// More than is read: lines, or bytes of one or of all.
    #[error("more came than is read: {0}")]
    TooMuch(&'static str),
    /// It is not what `res_agi` sends.
    #[error("not as Asterisk sends it: {0}")]
    Malformed(&'static str),
    /// A text that AGI has no words for: it holds a control character, or the command would be too long.
    #[error("cannot be said in AGI: {0}")]
    Inexpressible(&'static str),
    /// `510`: this Asterisk does not know the command.
    #[error("Asterisk does not know the command (510)")]
    Unknown,
    /// `511`: the channel is hung up, and the command is for live ones.
    #[error("the channel is hung up (511)")]
    Dead,
    /// `520`: wrong arguments. The usage that follows is read over.
    #[error("Asterisk refuses the command's arguments (520)")]
    Usage,
    /// The socket failed.
    #[error("the connection broke: {0}")]
    Io(#[from] io::Error),
}
