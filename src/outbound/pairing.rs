//! Pairs of people who may call each other: checked against the gateways, then stored.

use super::Outbound;
use crate::{model::Pairing, storage::StorageError};

/// Why a pairing is not stored.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PairingError {
    /// One of the two cannot be called so.
    #[error("{field}: {why}")]
    Refused {
        /// `a`, `b` or `shown`.
        field: &'static str,
        /// Why, and how to mend it.
        why: String,
    },
    /// The store did not do it.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl Outbound {
    /// Stores a pairing that the gateways can serve; whether it was not there before.
    ///
    /// # Errors
    /// A number, gateway or shown number that cannot be used, or the store's reason; nothing is stored.
    pub async fn put_pairing(&self, pairing: &Pairing) -> Result<bool, PairingError> {
        self.flow_carriers().check(pairing).map_err(|(field, why)| PairingError::Refused { field, why })?;
        Ok(self.inner.store.put_pairing(pairing).await?)
    }
}
