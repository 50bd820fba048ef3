//! One attempt, as it is lived: stored, dialled, answered, talked with.

use std::{sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use tokio::time::Instant;

use super::{Outbound, dispatch::in_, gateway::Slot};
use crate::{
    calls::{Conversation, HandOn, Leg, Outgoing, Place, Ringing, Take},
    flow::Talk,
    model::{Amd, Attempt, AttemptState, Ended, Fault, Stop},
    tasks::clock,
};

/// How long the dialplan may listen who answered: `AMD()` itself, and a long greeting before a beep.
const LISTENING: Duration = Duration::from_secs(75);

/// An attempt's conversation.
pub(super) struct Outcall {
    pub(super) engine: Outbound,
    pub(super) attempt: Attempt,
    pub(super) outgoing: Outgoing,
    pub(super) amd: Amd,
    pub(super) talk: Talk,
    /// The gateway's line; none for a call of an earlier life whose gateway is no more.
    pub(super) slot: Option<Slot>,
}

impl Conversation for Outcall {
    fn talk<'a>(&'a mut self, leg: &'a mut Leg, take: Take) -> BoxFuture<'a, Result<(), Stop>> {
        Box::pin(async move {
            match take {
                Take::Anew => self.dial(leg).await?,
                Take::Up => self.find(leg).await?,
            }
            let until = in_(self.outgoing.ring);
            while leg.ringing(until).await? == Ringing::Rings {
                self.reached(AttemptState::Ringing);
            }
            self.reached(AttemptState::Answered);
            if self.attempt.amd.is_none() && self.amd != Amd::Off {
                self.screen(leg).await?;
            }
            // Before its first step a flow is not taken up but begun.
            let is_begun = !Leg::record(leg).position.step.is_empty();
            self.talk.talk(leg, if is_begun { take } else { Take::Anew }).await
        })
    }

    fn hand_on<'a>(&'a mut self, leg: &'a mut Leg, to: HandOn) -> BoxFuture<'a, Result<(), Stop>> {
        self.talk.hand_on(leg, to)
    }
}

impl Outcall {
    /// Stores the attempt, then dials: what is stored may have been dialled, what is not was not.
    async fn dial(&mut self, leg: &mut Leg) -> Result<(), Stop> {
        leg.is_yet_to_dial();
        self.attempt.dialled_at = clock::now();
        leg.save();
        let row = Arc::new(self.attempt.clone());
        if let Err(error) = self.engine.inner.services.journal.commit_attempt(row).await {
            self.attempt.sent = Some(false);
            return Err(Fault::Storage(error.to_string()).into());
        }
        while let Some(wait) = self.slot.as_ref().and_then(|slot| slot.gateway().gate(clock::now()).err()) {
            if let Err(stop) = leg.idle(in_(wait)).await {
                self.attempt.sent = Some(false);
                return Err(stop);
            }
        }
        // A cancel, or a lost connection, that came meanwhile.
        if let Err(stop) = leg.idle(Instant::now()).await {
            self.attempt.sent = Some(false);
            return Err(stop);
        }
        // From here on it is not known, until Asterisk says that it took the command.
        self.attempt.sent = None;
        if let Err(undialled) = leg.dial_out(&self.outgoing).await {
            self.attempt.sent = undialled.is_certain.then_some(false);
            return Err(undialled.stop);
        }
        self.attempt.sent = Some(true);
        self.engine.tell_attempt(&self.attempt);
        Ok(())
    }

    /// Looks for the channel that an earlier life, or this one before the connection was lost, dialled.
    async fn find(&mut self, leg: &mut Leg) -> Result<(), Stop> {
        if self.engine.is_over(self.attempt.id.order) {
            return Err(Ended::Finished.into());
        }
        if leg.is_dialled().await? { Ok(()) } else { Err(leg.ended_unseen()) }
    }

    /// Lets the dialplan listen who answered, and decides who hears the flow.
    async fn screen(&mut self, leg: &mut Leg) -> Result<(), Stop> {
        let config = &self.engine.inner.config.outbound;
        let extension = if self.amd == Amd::AfterBeep { "beep" } else { "s" };
        let place =
            Place { context: config.amd_context.clone(), extension: extension.to_owned(), priority: 1 };
        let heard = leg.screened(&place, in_(LISTENING)).await?;
        let is_machine = heard == "MACHINE";
        self.attempt.amd = Some(heard);
        self.keep();
        let is_wanted = match self.amd {
            Amd::HumanOnly => !is_machine,
            Amd::MachineOnly => is_machine,
            Amd::Off | Amd::AfterBeep => true,
        };
        if is_wanted { Ok(()) } else { Err(Ended::Finished.into()) }
    }

    fn reached(&mut self, state: AttemptState) {
        let now = clock::now();
        let attempt = &mut self.attempt;
        let time = match state {
            AttemptState::Ringing => &mut attempt.ringing_at,
            _ => &mut attempt.answered_at,
        };
        if time.is_some() {
            return;
        }
        *time = Some(now);
        attempt.state = state;
        attempt.sent = Some(true);
        self.keep();
        if let Some(slot) = &mut self.slot
            && let Some(change) = slot.rings(now)
        {
            self.engine.tell_gateway(slot.gateway(), &change);
        }
        self.engine.tell_attempt(&self.attempt);
    }

    fn keep(&self) {
        self.engine.inner.services.journal.save_attempt(Arc::new(self.attempt.clone()));
    }
}
