//! Why it is not known what a caller has ordered.

use crate::storage::StorageError;

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

/// What the customer's endpoint did instead of answering.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// It failed too often a moment ago and is not asked.
    #[error("not asked, because it failed too often; it is tried again soon")]
    Open,
    /// No whole answer within `timeout_ms`.
    #[error("no answer in time (orders.source.timeout_ms)")]
    Timeout,
    /// No connection, or one that broke.
    #[error("no connection: {0}")]
    Connection(String),
    /// A status other than 200; redirects are not followed.
    #[error("answered with the status {0} instead of 200")]
    Status(u16),
    /// More than 256 KiB.
    #[error("answered with more than 256 KiB")]
    TooLarge,
    /// Something else than the orders that it should have sent.
    #[error("answered something else than {{\"orders\": [..]}}: {0}")]
    Body(String),
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
        }
    }
}
