//! What can be wrong with messages, in words for whoever sent or set them.

use crate::{sms::SmsError, storage::StorageError, web::WebError};

/// Why messages cannot be sent at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MessagingError {
    /// A template, an address or a setting of a channel that cannot be used; names its key.
    #[error("{key}: {what}")]
    Setting {
        /// The key.
        key: String,
        /// What is wrong.
        what: String,
    },
    /// The HTTP client cannot be made.
    #[error(transparent)]
    Web(#[from] WebError),
    /// The carriers of short messages cannot be used.
    #[error(transparent)]
    Sms(#[from] SmsError),
}

/// Why something was not accepted to be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SayError {
    /// A field that cannot be taken.
    #[error("{field}: {why}")]
    Field {
        /// Which.
        field: &'static str,
        /// Why, and how to mend it.
        why: String,
    },
    /// There is no channel for it.
    #[error("{0}")]
    NoChannel(String),
    /// The idempotency key was used for another message.
    #[error("the idempotency key was used for another message; a new message needs a key of its own")]
    Conflict,
    /// Too many wait.
    #[error(
        "{0} messages wait to be sent, and no more are taken (messaging.max_waiting): see why they are not sent"
    )]
    Full(u64),
    /// It is sent already, or being sent.
    #[error("it is being sent, or is over: its state is {0}")]
    NotWaiting(&'static str),
    /// It could not be stored, so it is not accepted.
    #[error(transparent)]
    Storage(#[from] StorageError),
}
