//! Whom a caller is paired with at this moment.

use jiff::Timestamp;

use super::{DirectoryError, Orders};
use crate::model::{Pairing, PhoneNumber, meant};

impl Orders {
    /// The pairing that a call from `caller` to `called` means, if one holds.
    ///
    /// # Errors
    /// The store does not answer: whether there is one is unknown.
    pub async fn pairing(
        &self,
        caller: &PhoneNumber,
        called: Option<&PhoneNumber>,
        now: Timestamp,
    ) -> Result<Option<Pairing>, DirectoryError> {
        let all = self.store.pairings_of(caller, &self.finished, now).await?;
        Ok(meant(&all, called))
    }
}
