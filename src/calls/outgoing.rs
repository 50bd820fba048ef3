//! A channel that we dial for a call of our own: made, stored, dialled, answered.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::{inbox::LegEvent, leg::Leg};
use crate::{
    ari::{AriError, Originate},
    model::{CallId, ChannelId, Ended, Fault, Stop},
};

/// Asterisk ends the ringing itself; this much later we do.
const GRACE: Duration = Duration::from_secs(5);
/// A channel that was made enters Stasis on a thread of its own, and Asterisk tells when; if that was not heard within
/// this, it is dialled all the same, tried again so often, and at most so long.
const HEARD: Duration = Duration::from_millis(250);
const ENTERS: Duration = Duration::from_millis(20);
const ENTERING: Duration = Duration::from_secs(2);
/// Set on a channel just before it is dialled, so that a later life of this program knows that it was.
const DIALLED: &str = "STASISD_DIALLED";

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

/// Whether Asterisk has made the channel, and its thread has not brought it into Stasis yet.
fn is_early<T>(answer: &Result<T, AriError>) -> bool {
    matches!(answer, Err(AriError::Refused { status: 409, message }) if message == "Channel not in Stasis application")
}

impl Leg {
    /// Makes the channel without dialling it: nothing rings yet. One of this id that is there already, left by an
    /// earlier life, is taken.
    ///
    /// # Errors
    /// [`Fault::Endpoint`] when Asterisk refuses the endpoint. Nothing was dialled, whatever the error.
    pub async fn make_channel(&mut self, outgoing: &Outgoing) -> Result<(), Stop> {
        let mut variables = BTreeMap::new();
        if let Some(number) = &outgoing.caller_id {
            // `create` has no caller id. PJSIP's From is the connected line of the channel; other technologies take
            // the caller id.
            variables.insert("CALLERID(num)".to_owned(), number.clone());
            variables.insert("CONNECTEDLINE(num,i)".to_owned(), number.clone());
        }
        let channel = self.record.channel.clone();
        let create = Originate {
            channel_id: &channel,
            endpoint: &outgoing.endpoint,
            app: &self.services.app,
            app_args: None,
            caller_id: None,
            timeout_secs: 0,
            variables,
        };
        match self.services.ari.create(&create).await {
            Err(AriError::Refused { status: 409, .. }) => Ok(()),
            Err(error @ AriError::Refused { .. }) => {
                self.unmade = true;
                let why = error.to_string();
                Err(if error.is_stopping() { Fault::Ari(why) } else { Fault::Endpoint(why) }.into())
            }
            other => self.judge(other).await.map(|_| ()),
        }
    }

    /// Waits for its turn to be dialled.
    ///
    /// # Errors
    /// What ended the call meanwhile.
    pub async fn idle(&mut self, until: Instant) -> Result<(), Stop> {
        while self.next(until).await?.is_some() {}
        Ok(())
    }

    /// Dials the channel that was made. What must be known before the far end rings is on disk by now.
    ///
    /// # Errors
    /// What stopped the call, and whether it is certain that nothing went out.
    pub async fn dial_channel(&mut self, outgoing: &Outgoing) -> Result<(), Undialled> {
        let (ari, channel) = (self.services.ari.clone(), self.record.channel.clone());
        let ring = u32::try_from(outgoing.ring.as_secs()).unwrap_or(u32::MAX);
        let (heard, until) = (Instant::now() + HEARD, Instant::now() + ENTERING);
        let certain = |stop| Undialled { stop, is_certain: true };
        while !self.entered && self.next(heard).await.map_err(certain)?.is_some() {}
        loop {
            // In this order over one socket: who finds the mark finds a channel that was dialled.
            let mark = ari.mark_fresh(&channel, DIALLED, "1");
            let dial = ari.dial(&channel, None, ring);
            let (mark, dial) = futures_util::future::join(mark, dial).await;
            let is_refused = matches!(dial, Err(AriError::Refused { .. }));
            let undialled = |stop| Undialled { stop, is_certain: is_refused };
            if is_early(&dial) && Instant::now() < until {
                self.next(Instant::now() + ENTERS).await.map_err(undialled)?;
                continue;
            }
            self.judge(dial).await.map_err(undialled)?;
            // It may have entered between the two.
            let mark = if is_early(&mark) { ari.mark_fresh(&channel, DIALLED, "1").await } else { mark };
            return self.judge(mark).await.map_err(undialled);
        }
    }

    /// Whether the channel, found by a later life of this program, was dialled. `None`: it is gone.
    pub async fn was_dialled(&mut self) -> Result<Option<bool>, Stop> {
        let (ari, channel) = (self.services.ari.clone(), self.record.channel.clone());
        let found = ari.channel(&channel).await;
        match self.judge(found).await? {
            None => Ok(None),
            Some(found) if found.state == "Up" => {
                self.record.answered_at.get_or_insert_with(Self::now);
                Ok(Some(true))
            }
            Some(found) if found.state != "Down" => Ok(Some(true)),
            Some(_) => {
                let mark = ari.get_variable(&channel, DIALLED).await;
                Ok(Some(self.judge(mark).await?.is_some_and(|mark| mark == "1")))
            }
        }
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
                    match self.dial_status.as_str() {
                        "ANSWER" => {
                            self.record.answered_at = Some(Self::now());
                            self.keys.clear();
                            self.save();
                            return Ok(Ringing::Answered);
                        }
                        "RINGING" => return Ok(Ringing::Rings),
                        _ => {}
                    }
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
