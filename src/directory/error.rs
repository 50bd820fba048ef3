//! Why it is not known what a caller has ordered.

use crate::storage::{ForeignError, StorageError};

/// Why a lookup gave nothing, or could not be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// The store.
    #[error("orders: {0}")]
    Storage(#[from] StorageError),
    /// The customer's endpoint.
    #[error("orders.source: {0}")]
    Source(#[from] SourceError),
    /// A setting that cannot be used.
    #[error("{0}")]
    Config(String),
}

/// What a source of orders or contacts did instead of answering.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It failed too often a moment ago and is not asked.
    #[error("not asked, because it failed too often; it is tried again soon")]
    Open,
    /// No whole answer within `timeout_ms`.
    #[error("no answer in time (timeout_ms)")]
    Timeout,
    /// No connection, or one that broke.
    #[error("no connection: {0}")]
    Connection(String),
    /// A status other than 200; redirects are not followed.
    #[error("answered with the status {0} instead of 200")]
    Status(u16),
    /// More than is read of one answer.
    #[error("answered with more than 256 KiB")]
    TooLarge,
    /// Something else than it should have sent.
    #[error("answered something else than it should: {0}")]
    Body(String),
    /// A database refused the query, or cannot be reached.
    #[error("{0}")]
    Database(String),
    /// A file cannot be used.
    #[error("{0}")]
    File(String),
}

impl From<ForeignError> for SourceError {
    fn from(error: ForeignError) -> Self {
        match error {
            ForeignError::TooLarge => Self::TooLarge,
            other => Self::Database(other.to_string()),
        }
    }
}

impl SourceError {
    /// A short word for metrics.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Timeout => "timeout",
            Self::Connection(_) => "connection",
            Self::Status(_) => "status",
            Self::TooLarge => "too_large",
            Self::Body(_) => "body",
            Self::Database(_) => "database",
            Self::File(_) => "file",
        }
    }
}
