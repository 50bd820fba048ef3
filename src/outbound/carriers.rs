//! The gateways, as flows use them.

use super::gateway::Gateways;
use crate::{config::TransferMethod, flow::Carriers};

impl Carriers for Gateways {
    fn transfer(&self, gateway: &str) -> Option<Vec<TransferMethod>> {
        Some(self.get(gateway)?.transfer().to_vec())
    }
}
