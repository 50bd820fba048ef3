//! Lending the call's channel to the dialplan, which does what only it can and gives it back by `Stasis()`.

use tokio::time::{Instant, timeout_at};

use super::{inbox::LegEvent, leg::Leg, line::Place};
use crate::{
    ari::{AriError, Channel},
    model::{Ended, Fault, Stop},
};

/// Where a channel is that may have been lent.
pub(super) enum Whereabouts {
    /// In the dialplan.
    Lent,
    /// Back, with what the dialplan told.
    Back(String),
    /// It was never away.
    Here,
}

impl Leg {
    /// Lends the answered channel to the dialplan, which listens who answered and gives it back with what it found.
    ///
    /// # Errors
    /// The call's end, or that the dialplan keeps it.
    pub async fn screened(&mut self, place: &Place, until: Instant) -> Result<String, Stop> {
        self.lend(place).await?;
        self.given_back(until).await
    }

    /// Sends the channel into the dialplan for a while. It is away from Stasis meanwhile: that is no end.
    pub(super) async fn lend(&mut self, place: &Place) -> Result<(), Stop> {
        let Place { context, extension, priority } = place;
        // What was given back before is no answer to this.
        self.read_ahead()?;
        self.stop_playing().await;
        let (ari, channel) = (self.services.ari.clone(), self.record.channel.clone());
        self.stay_informed().await?;
        let lent = ari.continue_in(&channel, context, extension, *priority).await;
        self.judge(lent).await
    }

    /// Has the channel's end told while it is in the dialplan.
    pub(super) async fn stay_informed(&mut self) -> Result<(), Stop> {
        let source = format!("channel:{}", self.record.channel);
        let subscribed = self.services.ari.subscribe(&self.services.app, &source).await;
        self.judge(subscribed).await
    }

    /// Waits until the dialplan gives the channel back; what it tells.
    pub(super) async fn given_back(&mut self, until: Instant) -> Result<String, Stop> {
        loop {
            match timeout_at(until, self.events.next()).await {
                // It is being handed on already.
                Ok(Some(LegEvent::LeftStasis | LegEvent::HandOn(_))) => {}
                Ok(Some(LegEvent::Returned(found))) => return Ok(found),
                Ok(Some(LegEvent::Gone)) => {
                    // Absent from Stasis, as is expected; absent from Asterisk?
                    if self.lookup().await?.is_none() {
                        return Err(self.ended_unseen());
                    }
                }
                Ok(Some(event)) => drop(self.take(event)?),
                Ok(None) => return Err(Ended::Overrun.into()),
                Err(_) => return Err(Fault::Ari("the dialplan did not give the call back".to_owned()).into()),
            }
        }
    }

    /// Whether the dialplan has this place: it may be an older one.
    pub(super) async fn has_place(&mut self, context: &str, extension: &str) -> Result<bool, Stop> {
        let function = format!("DIALPLAN_EXISTS({context},{extension},1)");
        match self.services.ari.clone().get_variable(&self.record.channel, &function).await {
            // func_dialplan.so may not be loaded.
            Err(error @ AriError::Refused { .. }) if !error.is_gone() => Ok(false),
            answer => Ok(self.judge(answer).await?.is_some_and(|answer| answer == "1")),
        }
    }

    /// Where the channel is that an earlier life may have lent to a context.
    pub(super) async fn whereabouts(&mut self, context: &str) -> Result<Whereabouts, Stop> {
        let Some(channel) = self.lookup().await? else { return Err(self.ended_unseen()) };
        let dialplan = &channel.dialplan;
        if dialplan.context != context {
            return Ok(Whereabouts::Here);
        }
        if dialplan.app_name != "Stasis" {
            self.stay_informed().await?;
            return Ok(Whereabouts::Lent);
        }
        let told = dialplan.app_data.split(',').find_map(|arg| arg.strip_prefix("transfer="));
        Ok(Whereabouts::Back(told.unwrap_or_default().to_owned()))
    }

    async fn lookup(&mut self) -> Result<Option<Channel>, Stop> {
        let found = self.services.ari.clone().channel(&self.record.channel).await;
        self.judge(found).await
    }
}
