//! Signed webhooks: what came of a call order is told to its callback URL, however often it takes.
//!
//! What is to be told waits in the store, written with the end that it tells of ([`crate::storage::Delivery`]);
//! this room tells it, in the form of Standard Webhooks (standardwebhooks.com), at least once.

mod body;
mod hosts;
mod plan;
mod run;
mod sign;

use std::{sync::Arc, time::Duration};

use tokio_util::task::TaskTracker;
use url::Url;

use self::{hosts::Hosts, plan::Room, sign::Signer};
use crate::{
    config::WebhooksConfig,
    feed::Feed,
    storage::Store,
    web::{Guarded, WebError, check_url},
};

/// Why webhooks cannot be sent at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// A secret of `webhooks.secret` cannot be used.
    #[error("webhooks.secret: {0}")]
    Secret(String),
    /// The client cannot be made.
    #[error(transparent)]
    Web(#[from] WebError),
}

/// Tells what the store's outbox holds. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct Webhooks {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    store: Store,
    feed: Feed,
    client: Guarded,
    signer: Signer,
    allow_private: bool,
    /// For one request, from the connection to the status.
    timeout: Duration,
    room: Room,
    hosts: Hosts,
    /// Owns the requests' tasks.
    tracker: TaskTracker,
}

impl Webhooks {
    /// Webhooks over an open store. Nothing is sent before [`Webhooks::run`].
    ///
    /// # Errors
    /// A secret that cannot be used, or no certificate authorities on this machine.
    pub fn new(store: Store, feed: Feed, config: &WebhooksConfig) -> Result<Self, WebhookError> {
        let inner = Inner {
            store,
            feed,
            client: Guarded::new(config.allow_private)?,
            signer: Signer::new(config.keys().map_err(WebhookError::Secret)?),
            allow_private: config.allow_private,
            timeout: Duration::from_millis(config.timeout_ms),
            room: Room { at_once: config.max_at_once, per_host: config.max_per_host },
            hosts: Hosts::default(),
            tracker: TaskTracker::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Reads a callback URL that somebody gave with an order; gives it as it is to be stored.
    ///
    /// # Errors
    /// One sentence on why nothing can be told there, and how to mend it.
    pub fn check_url(&self, text: &str) -> Result<Url, String> {
        if self.inner.signer.is_empty() {
            return Err(
                "webhooks cannot be signed here: set webhooks.secret, or follow the order instead".to_owned()
            );
        }
        check_url(text, self.inner.allow_private)
    }

    /// Looks at the outbox now. Not needed after an end was saved: the store wakes this room by itself.
    pub fn trigger(&self) {
        self.inner.store.wake_outbox();
    }
}
