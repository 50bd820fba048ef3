//! The gateways, as flows use them: given from above, where they live.

use std::time::Duration;

use crate::{
    calls::Dialled,
    config::TransferMethod,
    model::{Party, PhoneNumber},
};

/// What a flow may ask of the gateways.
pub trait Carriers: Send + Sync {
    /// How calls of a gateway are handed on, the first choice first. `None`: there is no gateway of that name.
    fn transfer(&self, gateway: &str) -> Option<Vec<TransferMethod>>;

    /// Room for a call to somebody now, with the number to show (`None`: the gateway's own).
    ///
    /// # Errors
    /// There is none.
    fn room(&self, party: &Party, shown: Option<&PhoneNumber>) -> Result<Room, NoRoom>;

    /// The line of a call to somebody that an earlier life of this program made: it counts, whatever the limits say.
    fn resume(&self, party: &Party) -> Option<Box<dyn HeldLine>>;
}

/// The room of one call in a gateway, until it is dropped.
pub struct Room {
    /// Asterisk's dial string: the gateway's own text and digits.
    pub dial_string: String,
    /// The number that is shown.
    pub caller_id: String,
    /// The line itself.
    pub line: Box<dyn HeldLine>,
}

/// A line of a gateway that is held.
pub trait HeldLine: Send {
    /// What came of the call: the gateway learns from it how it does.
    fn came_out(&mut self, dialled: &Dialled);
}

/// Why a call cannot be made now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoRoom {
    /// After this it can, if nothing comes between.
    pub wait: Option<Duration>,
    /// In words for the log.
    pub why: String,
}
