//! The gateways, as flows use them: given from above, where they live.

use crate::config::TransferMethod;

/// What a flow may ask of the gateways.
pub trait Carriers: Send + Sync {
    /// How calls of a gateway are handed on, the first choice first. `None`: there is no gateway of that name.
    fn transfer(&self, gateway: &str) -> Option<Vec<TransferMethod>>;
}
