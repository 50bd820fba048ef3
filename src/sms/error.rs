//! What can be wrong with carriers, in words for whoever set them.

use crate::web::WebError;

/// Why short messages cannot be sent at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SmsError {
    /// A setting of a carrier that cannot be used; names its key.
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
}
