//! A channel that we dial for a call of our own: stored, dialled, answered.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::{inbox::LegEvent, leg::Leg, marks};
use crate::{
    ari::{AriError, Originate},
    model::{CallId, ChannelId, Ended, Fault, Stop},
};

/// Asterisk ends the ringing itself; this much later we do.
const GRACE: Duration = Duration::from_secs(5);
/// What is to be dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Asterisk's dial string, made from a gateway's template.
    pub endpoint: String,
    /// Number shown to the callee.
    pub caller_id: Option<String>,
    /// How long it may ring.
    pub ring: Duration,
}

/// Why a channel was not dialled, or not as it should have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undialled {
    /// What stopped the call.
    pub stop: Stop,
    /// Asterisk refused: nothing went out. Else it is not known.
    pub is_certain: bool,
}

/// What the ringing came to so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ringing {
    /// The far end rings.
    Rings,
    /// Somebody or something answered.
    Answered,
}

/// The id of the call that this channel, one that we dial, is the first leg of.
#[must_use]
pub fn call_of(channel: &ChannelId) -> CallId {
    CallId::of_channel(channel, "")
}

impl Leg {
    /// Nothing is made in Asterisk yet: until it is dialled there is nothing to hang up.
    pub fn is_yet_to_dial(&mut self) {
        self.unmade = true;
    }

    /// Waits for its turn to be dialled.
    ///
    /// # Errors
    /// What ended the call meanwhile.
    pub async fn idle(&mut self, until: Instant) -> Result<(), Stop> {
        while self.next(until).await?.is_some() {}
        Ok(())
    }

    /// Dials. What must be known before the far end rings is on disk by now.
    ///
    /// # Errors
    /// What stopped the call, and whether it is certain that nothing went out: [`Fault::Endpoint`] when Asterisk refuses
    /// the endpoint.
    pub async fn dial_out(&mut self, outgoing: &Outgoing) -> Result<(), Undialled> {
        let (ari, channel) = (self.services.ari.clone(), self.record.channel.clone());
        // In angle brackets, so that it is a number and no name.
        let caller_id = outgoing.caller_id.as_ref().map(|number| format!("<{number}>"));
        let originate = Originate {
            channel_id: &channel,
            endpoint: &outgoing.endpoint,
            app: &self.services.app,
            app_args: None,
            caller_id: caller_id.as_deref(),
            timeout_secs: u32::try_from(outgoing.ring.as_secs()).unwrap_or(u32::MAX),
            variables: BTreeMap::from([marks::variable(&channel)]),
        };
        self.unmade = false;
        match ari.originate(&originate).await {
            // The id is this attempt's alone: it was dialled, and the answer not heard.
            Err(AriError::Refused { status: 409, .. }) => Ok(()),
            Err(error @ AriError::Refused { .. }) => {
                self.unmade = true;
                let stop = if error.is_stopping() {
                    Fault::Ari(error.to_string())
                } else {
                    Fault::Endpoint(no_channel(&error))
                };
                Err(Undialled { stop: stop.into(), is_certain: true })
            }
            other => match self.judge(other).await {
                Ok(_) => Ok(()),
                Err(stop) => Err(Undialled { stop, is_certain: false }),
            },
        }
    }

    /// Whether the channel, found by a later life of this program, is there still; whether it was answered, the record
    /// tells then.
    ///
    /// # Errors
    /// What ended the call meanwhile.
    pub async fn is_dialled(&mut self) -> Result<bool, Stop> {
        let found = self.services.ari.clone().channel(&self.record.channel).await;
        let Some(found) = self.judge(found).await? else { return Ok(false) };
        // One that was just answered enters Stasis in a moment, and tells so.
        if found.state == "Up" && found.dialplan.app_name == "Stasis" {
            self.record.answered_at.get_or_insert_with(Self::now);
        }
        Ok(true)
    }

    /// Waits for the next turn of the ringing.
    ///
    /// # Errors
    /// [`Ended::HungUp`] with its causes when the call came to nothing.
    pub async fn ringing(&mut self, until: Instant) -> Result<Ringing, Stop> {
        if self.record.answered_at.is_some() {
            return Ok(Ringing::Answered);
        }
        loop {
            match self.next(until + GRACE).await? {
                Some(LegEvent::PeerStatus(status)) => {
                    self.dial_status = status;
                    if self.dial_status == "RINGING" {
                        return Ok(Ringing::Rings);
                    }
                }
                // `Dial` has told already that it was answered; only now something can be played.
                Some(LegEvent::Entered) => {
                    self.record.answered_at = Some(Self::now());
                    self.keys.clear();
                    self.save();
                    return Ok(Ringing::Answered);
                }
                Some(_) => {}
                None => {
                    self.record.detail = Some("it rang longer than it may: hung up".to_owned());
                    return Err(Ended::Finished.into());
                }
            }
        }
    }
}

/// What a refusal to make a channel means.
fn no_channel(error: &AriError) -> String {
    match error {
        AriError::Refused { status: 500, message } if message == "Allocation failed" => {
            format!("{error}: there is no such endpoint, or nothing is registered or reachable there")
        }
        _ => error.to_string(),
    }
}
