//! A pairing as the API shows it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Pairing, Party};

/// A pairing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Pairing)]
pub(super) struct PairingView {
    /// The sender's id of it.
    #[schema(example = "A-1001")]
    id: String,
    /// The order that it goes with.
    order: Option<String>,
    a: PartyView,
    b: PartyView,
    /// The number that both see; `null`: the gateway's own.
    shown: Option<String>,
    /// From when on they are no pair any more.
    expires_at: Timestamp,
    updated_at: Timestamp,
}

/// One of the two.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Party)]
pub(super) struct PartyView {
    #[schema(example = "+34600000001")]
    number: String,
    /// The gateway that dials it; `null`: the first that takes the number.
    gateway: Option<String>,
}

impl From<Party> for PartyView {
    fn from(party: Party) -> Self {
        Self { number: party.number.to_string(), gateway: party.gateway }
    }
}

impl From<Pairing> for PairingView {
    fn from(pairing: Pairing) -> Self {
        Self {
            id: pairing.id.0,
            order: pairing.order.map(|order| order.0),
            a: pairing.a.into(),
            b: pairing.b.into(),
            shown: pairing.shown.map(|number| number.to_string()),
            expires_at: pairing.expires_at,
            updated_at: pairing.updated_at,
        }
    }
}
