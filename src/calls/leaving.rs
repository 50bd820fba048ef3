//! The ways out of a call: into the dialplan, by REFER, by hanging up.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    leg::Leg,
    line::{Place, Referred, Take},
};
use crate::{
    ari::AriError,
    model::{Ended, Fault, Stop},
};

/// How long Asterisk may take to carry out a way out.
const CARRIED_OUT: Duration = Duration::from_secs(5);
/// How long a peer may take to follow a REFER: an INVITE of its own lies in between.
const REFER: Duration = Duration::from_secs(20);
/// How long a peer that followed it may take to hang up.
const FOLLOWED: Duration = Duration::from_secs(4);

impl Leg {
    pub(super) async fn leave_for(&mut self, place: &Place, why: &str) -> Result<(), Stop> {
        let Place { context, extension, priority } = place;
        // The last first: else it would begin when the one before it is stopped.
        while let Some(id) = self.playing.pop() {
            // That it ended by itself in the same moment is as good.
            let _ = self.services.ari.stop_playback_and_go_on(&id).await;
        }
        self.interrupted = None;
        self.leaving = true;
        self.record.detail = Some(format!("{why}: {context},{extension},{priority}"));
        let ari = self.ari();
        let answer = ari.continue_in(&self.record.channel, context, extension, *priority).await;
        if let Err(stop) = self.judge(answer).await {
            self.leaving = matches!(stop, Stop::Ended(Ended::LeftStasis));
            return Err(stop);
        }
        self.until_gone("the dialplan did not take the call").await
    }

    pub(super) async fn finish(&mut self) -> Result<(), Stop> {
        let ari = match self.interrupted.take() {
            Some(key) => self.services.ari.reacting(Some(key)),
            None => self.ari(),
        };
        let answer = ari.hang_up_and_go_on(&self.record.channel).await;
        self.finished(answer).await
    }

    /// Refuses a call that was not answered, with a Q.850 cause, which becomes its SIP code. Never returns `Ok`.
    ///
    /// # Errors
    /// How the call stopped.
    pub async fn refuse(&mut self, cause: i32) -> Result<(), Stop> {
        self.refused = true;
        let answer = self.ari().hang_up(&self.record.channel, Some(cause)).await;
        let gone = self.finished(answer).await;
        // The event that comes first does not tell it.
        self.record.cause.get_or_insert(cause);
        gone
    }

    /// Gives a channel on which nothing was played a variable for the dialplan, to which it goes next.
    ///
    /// # Errors
    /// The call stopped, or Asterisk did not do it.
    pub async fn give_variable(&mut self, name: &str, value: &str) -> Result<(), Stop> {
        let answer = self.ari().mark_fresh(&self.record.channel, name, value).await;
        self.judge(answer).await
    }

    /// Why the call ends as it is about to, for its record.
    pub fn explain(&mut self, why: &str) {
        self.record.detail = Some(why.to_owned());
    }

    async fn finished(&mut self, answer: Result<(), AriError>) -> Result<(), Stop> {
        let gone = match self.judge(answer).await {
            Ok(()) => self.until_gone("the channel did not hang up").await,
            gone => gone,
        };
        match gone {
            Err(Stop::Ended(Ended::HungUp { cause, tech_cause })) => {
                self.record.cause = cause;
                self.record.tech_cause = tech_cause;
                self.hung_up = true;
                Err(Ended::Finished.into())
            }
            other => other,
        }
    }

    /// Sends a REFER unless an earlier life may have done so, and waits for what comes of it.
    pub(super) async fn refer_once(&mut self, target: &str, take: Take) -> Result<Referred, Stop> {
        if take == Take::Anew {
            let ari = self.ari();
            // ARI wants an endpoint; the technology is that of the channel, which is SIP's.
            let answer = ari.redirect(&self.record.channel, &format!("PJSIP/{target}")).await;
            if let Err(AriError::Refused { .. }) = &answer
                && !answer.as_ref().is_err_and(AriError::is_gone)
            {
                let why = answer.err().map(|error| error.to_string()).unwrap_or_default();
                return Ok(Referred::Refused(why));
            }
            self.judge(answer).await?;
        }
        let until = self.refer_over(Instant::now() + REFER).await? + FOLLOWED;
        loop {
            match self.next(until).await {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Referred::Refused("the peer did not follow the REFER".to_owned())),
                Err(Stop::Ended(Ended::HungUp { cause, tech_cause })) => {
                    self.record.cause = cause;
                    self.record.tech_cause = tech_cause;
                    self.record.detail = Some(format!("REFER to {target}"));
                    self.leaving = true;
                    return Err(Ended::LeftStasis.into());
                }
                Err(stop) => return Err(stop),
            }
        }
    }

    /// Waits until Asterisk is done with a REFER: its channel serves no other command before that. What came of
    /// it is not told; who followed it hangs up.
    async fn refer_over(&mut self, until: Instant) -> Result<Instant, Stop> {
        let ari = self.services.ari.clone();
        loop {
            match ari.set_variable(&self.record.channel, "STASISD_REFERRED", "1", false).await {
                Err(AriError::Deadline) if Instant::now() < until => {}
                Err(AriError::Deadline | AriError::Refused { .. }) | Ok(()) => return Ok(Instant::now()),
                other => self.judge(other).await?,
            }
        }
    }

    /// Waits for the event that says the channel is no longer ours.
    async fn until_gone(&mut self, otherwise: &str) -> Result<(), Stop> {
        let until = Instant::now() + CARRIED_OUT;
        while self.next(until).await?.is_some() {}
        Err(Fault::Ari(otherwise.to_owned()).into())
    }
}
