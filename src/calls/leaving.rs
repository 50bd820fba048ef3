//! The ways out of a call: into the dialplan, by REFER, by keys, by hanging up.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    leg::Leg,
    line::{Place, Refer, Referred, Take},
};
use crate::{
    ari::AriError,
    model::{Ended, Fault, Stop},
};

/// How long Asterisk may take to carry out a way out.
const CARRIED_OUT: Duration = Duration::from_secs(5);
/// How long a peer that followed a REFER may take to hang up.
const FOLLOWED: Duration = Duration::from_secs(4);
/// How long a key takes to be sent.
const A_KEY: Duration = Duration::from_millis(250);

impl Leg {
    pub(super) async fn leave_for(&mut self, place: &Place, why: &str) -> Result<(), Stop> {
        let Place { context, extension, priority } = place;
        self.stop_playing().await;
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

    /// Stops what plays: a channel does nothing else before that has ended.
    pub(super) async fn stop_playing(&mut self) {
        // The last first: else it would begin when the one before it is stopped.
        while let Some(id) = self.playing.pop() {
            // That it ended by itself in the same moment is as good.
            let _ = self.services.ari.stop_playback_and_go_on(&id).await;
        }
        self.interrupted = None;
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
    ///
    /// The dialplan sends it, because its `Transfer()` learns what came of it and has an end; a dialplan that lacks
    /// the context leaves it to ARI's redirect, of which only that the peer hangs up can be seen.
    pub(super) async fn refer_once(&mut self, refer: &Refer, take: Take) -> Result<Referred, Stop> {
        let context = self.services.config.transfer_context.clone();
        let how = format!("REFER to {}", refer.target);
        let told = match take {
            Take::Anew if self.has_place(&context, "s").await? => {
                let ari = self.services.ari.clone();
                self.stop_playing().await;
                let secs = refer.timeout.as_secs().max(1).to_string();
                for (name, value) in [("STASISD_REFER_TO", &refer.target), ("STASISD_REFER_SECS", &secs)] {
                    let set = ari.set_variable(&self.record.channel, name, value, false).await;
                    self.judge(set).await?;
                }
                let place = Place { context, extension: "s".to_owned(), priority: 1 };
                self.lend(&place).await?;
                self.back_from_refer(refer.timeout + CARRIED_OUT, &how).await?
            }
            Take::Anew => return self.redirect(refer, take).await,
            Take::Up => match self.returned.take() {
                Some(told) => told,
                None => return self.redirect(refer, take).await,
            },
        };
        match what_came(&told) {
            Some(refused) => Ok(refused),
            None => self.taken_over(&how).await,
        }
    }

    /// Waits for a channel that was lent to send a REFER; what came of that. Who hangs up there has followed it.
    pub(super) async fn back_from_refer(&mut self, within: Duration, how: &str) -> Result<String, Stop> {
        match self.given_back(Instant::now() + within).await {
            // The dialplan has it and knows where to go on without us.
            Err(Stop::Ended(Ended::Shutdown)) => {
                self.leaving = true;
                self.record.detail = Some(format!("{how}, left to the dialplan"));
                Err(Ended::LeftStasis.into())
            }
            Err(stop) => Err(self.followed(stop, how)),
            told => told,
        }
    }

    async fn redirect(&mut self, refer: &Refer, take: Take) -> Result<Referred, Stop> {
        if take == Take::Anew {
            let ari = self.ari();
            // ARI wants an endpoint; the technology is that of the channel, which is SIP's.
            let answer = ari.redirect(&self.record.channel, &format!("PJSIP/{}", refer.target)).await;
            if let Err(AriError::Refused { .. }) = &answer
                && !answer.as_ref().is_err_and(AriError::is_gone)
            {
                let why = answer.err().map(|error| error.to_string()).unwrap_or_default();
                return Ok(Referred::Refused(why));
            }
            self.judge(answer).await?;
        }
        let until = self.refer_over(Instant::now() + refer.timeout).await? + FOLLOWED;
        self.until_taken(until, &format!("REFER to {}", refer.target)).await
    }

    /// Sends keys that ask the far end to take the call over, and waits for that.
    pub(super) async fn ask_by_keys(
        &mut self,
        keys: &str,
        wait: Duration,
        take: Take,
    ) -> Result<Referred, Stop> {
        if take == Take::Anew {
            self.stop_playing().await;
            let answer = self.services.ari.clone().send_dtmf(&self.record.channel, keys).await;
            self.judge(answer).await?;
        }
        let sending = A_KEY * u32::try_from(keys.len()).unwrap_or(1);
        self.until_taken(Instant::now() + sending + wait, &format!("keys {keys}")).await
    }

    /// Waits for the far end to hang up, which it does when it has the call.
    async fn until_taken(&mut self, until: Instant, how: &str) -> Result<Referred, Stop> {
        loop {
            match self.next(until).await {
                Ok(Some(_)) => {}
                Ok(None) => return Ok(Referred::Unanswered),
                Err(stop) => return Err(self.followed(stop, how)),
            }
        }
    }

    /// The far end has the call, and said so: it hangs up, or we do.
    async fn taken_over(&mut self, how: &str) -> Result<Referred, Stop> {
        let stop = match self.until_taken(Instant::now() + FOLLOWED, how).await {
            Ok(_) => self.finish().await.err().unwrap_or(Stop::Ended(Ended::Finished)),
            Err(stop) => return Err(stop),
        };
        let Stop::Ended(Ended::Finished) = stop else { return Err(stop) };
        self.leaving = true;
        self.record.detail = Some(how.to_owned());
        Err(Ended::LeftStasis.into())
    }

    /// A far end that was asked to take the call over, and hangs up, has done so.
    fn followed(&mut self, stop: Stop, how: &str) -> Stop {
        let Stop::Ended(Ended::HungUp { cause, tech_cause }) = stop else { return stop };
        self.record.cause = cause;
        self.record.tech_cause = tech_cause;
        self.record.detail = Some(how.to_owned());
        self.leaving = true;
        Ended::LeftStasis.into()
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

/// What `Transfer()` told: `TRANSFERSTATUS-TRANSFERSTATUSPROTOCOL`, or `TIMEOUT`. `None`: the far end has the call.
fn what_came(told: &str) -> Option<Referred> {
    let (status, code) = told.split_once('-').unwrap_or((told, ""));
    match (status, code) {
        ("SUCCESS", _) => None,
        ("TIMEOUT", _) => Some(Referred::Unanswered),
        (_, "" | "0") => Some(Referred::Refused(status.to_lowercase())),
        (_, code) => Some(Referred::Refused(format!("SIP {code}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_dialplan_tells_of_a_refer() {
        assert_eq!(what_came("SUCCESS-0"), None);
        assert_eq!(what_came("TIMEOUT-"), Some(Referred::Unanswered));
        assert_eq!(what_came("FAILURE-603"), Some(Referred::Refused("SIP 603".to_owned())));
        assert_eq!(what_came("FAILURE-0"), Some(Referred::Refused("failure".to_owned())));
        assert_eq!(what_came("UNSUPPORTED-"), Some(Referred::Refused("unsupported".to_owned())));
        assert_eq!(what_came(""), Some(Referred::Refused(String::new())));
    }
}
