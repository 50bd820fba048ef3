//! How a call stops. Ending is not failing; `Stop` is what `?` carries out of a call.

use super::Disposition;

/// The call is over, or no longer ours: nothing went wrong in this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The channel is gone. Q.850 cause and SIP code where Asterisk told them.
    HungUp {
        /// Q.850 hangup cause.
        cause: Option<i32>,
        /// SIP code (`tech_cause`).
        tech_cause: Option<i32>,
    },
    /// The channel left Stasis: by our `continue` or REFER, or because somebody redirected it.
    LeftStasis,
    /// We hung up, on purpose.
    Finished,
    /// The daemon stops and the drain time is over.
    Shutdown,
    /// The call was longer than the configuration allows.
    Deadline,
    /// The call's inbox was full: events could be lost, so the call cannot go on.
    Overrun,
    /// Somebody asked for the call to be handed on: what it does stops, and that is done.
    HandOn,
    /// The websocket dropped: the call waits to be taken up at its step.
    Lost,
}

/// Something that should have worked did not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Asterisk refused or did not answer a command.
    #[error("Asterisk: {0}")]
    Ari(String),
    /// Asterisk refused to make a channel to this endpoint: nothing was dialled.
    #[error("Asterisk: {0}")]
    Endpoint(String),
    /// Nothing could be said.
    #[error("voice: {0}")]
    Voice(String),
    /// A position that had to be durable could not be stored.
    #[error("storage: {0}")]
    Storage(String),
    /// The flow cannot go on: a template that fails, a step that is no more.
    #[error("flow: {0}")]
    Flow(String),
}

/// Why a call stops talking: its end, or a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The call is over or no longer ours.
    Ended(Ended),
    /// The call must be handed back.
    Fault(Fault),
}

impl From<Ended> for Stop {
    fn from(ended: Ended) -> Self {
        Self::Ended(ended)
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Stop {
    /// The disposition that goes into the record when this is how the call stopped.
    #[must_use]
    pub fn disposition(&self) -> Disposition {
        match self {
            Self::Ended(Ended::HungUp { .. }) => Disposition::HungUp,
            Self::Ended(Ended::LeftStasis) => Disposition::Transferred,
            Self::Ended(Ended::Finished) => Disposition::Completed,
            Self::Ended(Ended::Shutdown | Ended::Deadline | Ended::Overrun | Ended::HandOn | Ended::Lost)
            | Self::Fault(_) => Disposition::HandedBack,
        }
    }
}
