//! Work that goes on beside whoever waits for it, and ends when nobody does.

use std::future::Future;

use tokio_util::task::AbortOnDropHandle;

/// Runs until it is done, or until its handle is dropped.
pub fn attached<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> AbortOnDropHandle<T> {
    AbortOnDropHandle::new(tokio::spawn(work))
}
