//! On each connect: a snapshot, compared with the store and with what runs; then each call gets its due.

use std::time::Duration;

use super::{door::Door, entry};
use crate::{
    ari::{AriError, Channel},
    calls::{Action, Known, LegEvent, Take, dialled_by, plan, settle_unseen, talks_in},
    model::{AttemptId, CallId, CallRecord, ChannelId},
    outbound::RecoverError,
    storage::StorageError,
    tasks::clock,
};

/// Events that calls need; Asterisk keeps the others to itself, which spares both sides work.
const WANTED: [&str; 10] = [
    "StasisStart",
    "StasisEnd",
    "ChannelDtmfReceived",
    "PlaybackFinished",
    "RecordingFinished",
    "RecordingFailed",
    "ChannelHangupRequest",
    "Dial",
    "ChannelDestroyed",
    "ApplicationReplaced",
];

/// What a connect found.
#[derive(Debug, Default)]
pub struct Accounted {
    /// Calls of an earlier life taken up.
    pub taken_up: usize,
    /// Calls of this life that go on.
    pub restored: usize,
    /// Calls that ended in the gap.
    pub settled: usize,
}

/// Why not every call is accounted for.
#[derive(Debug)]
pub enum Unaccounted {
    /// Asterisk did not answer: nothing was done.
    Asterisk(String),
    /// The store did not answer: the calls that run here got their due, the others wait.
    Store(String),
    /// What an earlier life sent may still be on its way: calls got their due, call orders wait so long.
    Landing(Duration),
}

impl From<AriError> for Unaccounted {
    fn from(error: AriError) -> Self {
        Self::Asterisk(error.to_string())
    }
}

impl From<StorageError> for Unaccounted {
    fn from(error: StorageError) -> Self {
        Self::Store(error.to_string())
    }
}

impl From<RecoverError> for Unaccounted {
    fn from(error: RecoverError) -> Self {
        match error {
            RecoverError::Store(error) => error.into(),
            RecoverError::Asterisk(error) => error.into(),
        }
    }
}

impl Door {
    /// Takes a snapshot and gives each call its due: first those that run here, then those of the store.
    ///
    /// `is_first`: since the connection was made. Later looks are for what earlier lives left: what runs here had its due.
    pub(super) async fn look_and_act(&self, is_first: bool) -> Result<Accounted, Unaccounted> {
        let ari = &self.services.ari;
        let lands = self.outbound.still_lands();
        ari.set_event_filter(&self.services.app, &WANTED, &[]).await?;
        self.services.marks.begin(ari, &self.services.app).await?;
        if is_first {
            self.let_all_come().await;
        }
        let application = ari.application(&self.services.app).await?;
        let ours = application.map(|application| application.channel_ids).unwrap_or_default();
        let channels = ari.channels().await?;
        let in_stasis: Vec<ChannelId> = channels
            .iter()
            .filter(|channel| {
                (ours.contains(&channel.id) && is_in_stasis(channel))
                    || self.is_lent(channel)
                    || is_ringing(channel)
            })
            .map(|channel| channel.id.clone())
            .collect();
        // No call begins meanwhile: whoever begins them is waiting here.
        let live = self.services.registry.live();
        let running: Vec<ChannelId> = live.iter().map(|record| record.channel.clone()).collect();
        let mut accounted = Accounted::default();
        let runs_here = |action: &Action| matches!(action, Action::Restore(_) | Action::Gone(_));
        let known = Known { in_stasis: &in_stasis, running: &running, stored: &[] };
        for action in plan(&known).into_iter().filter(|action| is_first && runs_here(action)) {
            self.carry_out(action, &channels, &mut accounted).await?;
        }
        // A settled call's last record may still be on its way to the disk. On a full one it stays there, and
        // then it cannot be told who ended unseen; who lives is taken up all the same.
        let written = self.services.journal.flushed().await;
        let stored = self.store.live_calls().await?;
        // An attempt may have come to its dialling meanwhile.
        let running: Vec<ChannelId> =
            self.services.registry.live().iter().map(|record| record.channel.clone()).collect();
        let known = Known { in_stasis: &in_stasis, running: &running, stored: &stored };
        let mut again = None;
        for action in plan(&known).into_iter().filter(|action| !runs_here(action)) {
            if let (Action::Settle(record), Some(left)) = (&action, lands)
                && is_attempt(&record.channel)
            {
                // Its channel may be made in a moment.
                again = Some(left);
                continue;
            }
            if written.is_ok() || !matches!(action, Action::Settle(_)) {
                self.carry_out(action, &channels, &mut accounted).await?;
            }
        }
        written?;
        let recovered = self.outbound.recover(&channels, lands).await?;
        accounted.settled += recovered.settled;
        if let Some(wait) = recovered.again.or(again) {
            return Err(Unaccounted::Landing(wait));
        }
        self.outbound.open();
        Ok(accounted)
    }

    /// The last look, when the websocket is closed: what entered Stasis in the moment before belongs to nobody,
    /// and would wait there in silence for the next daemon. Calls that still run here are left to that one.
    pub async fn leave_nobody(&self) -> Result<(), AriError> {
        let ari = self.services.ari.deaf();
        let application = ari.application(&self.services.app).await?;
        for id in application.map(|application| application.channel_ids).unwrap_or_default() {
            if self.services.registry.knows(&id) {
                continue;
            }
            let config = &self.services.config;
            let left = if dialled_by(&id).is_some() || is_attempt(&id) {
                ari.hang_up(&id, None).await
            } else {
                ari.continue_in(&id, &config.fallback_context, &config.fallback_extension, 1).await
            };
            match left {
                Ok(()) => tracing::info!(channel = %id, "came too late and was handed to the fallback"),
                Err(error) if error.is_gone() => {}
                Err(error) => tracing::warn!(channel = %id, %error, "came too late, and is left in Stasis"),
            }
        }
        Ok(())
    }

    async fn carry_out(
        &self,
        action: Action,
        channels: &[Channel],
        accounted: &mut Accounted,
    ) -> Result<(), Unaccounted> {
        let registry = &self.services.registry;
        match action {
            Action::Restore(channel) => {
                accounted.restored += 1;
                registry.route(&channel, |_| Some(LegEvent::Restored));
            }
            Action::Gone(channel) => {
                accounted.settled += 1;
                registry.route(&channel, |_| Some(LegEvent::Gone));
            }
            Action::TakeUp(record) if is_attempt(&record.channel) => {
                accounted.taken_up += 1;
                self.outbound.take_up(&record, None).await?;
            }
            Action::TakeUp(record) => {
                accounted.taken_up += 1;
                self.begin(CallRecord::clone(&record), Some(registry.admit_anyway()), Take::Up, None);
            }
            // In the dialplan, which listens who answered.
            Action::Settle(record)
                if is_attempt(&record.channel) && channels.iter().any(|c| c.id == record.channel) => {}
            Action::Settle(record) => {
                accounted.settled += 1;
                settle_unseen(&self.services, &record);
            }
            Action::Adopt(id) => {
                let channel = channels.iter().find(|channel| channel.id == id);
                // Whose call is not known comes by itself when the dialplan gives it back.
                if let Some(channel) = channel.filter(|channel| !self.is_lent(channel))
                    && !self.is_talking(channel).await?
                {
                    self.adopt(channel, accounted).await?;
                }
            }
        }
        Ok(())
    }

    /// Whether the dialplan has the channel for a while, to send a REFER.
    fn is_lent(&self, channel: &Channel) -> bool {
        let dialplan = &channel.dialplan;
        dialplan.context == self.services.config.transfer_context && !is_in_stasis(channel)
    }

    /// Whether it stands in for somebody whom a call that lives has dialled: then it is in that call's bridge.
    async fn is_talking(&self, channel: &Channel) -> Result<bool, AriError> {
        // What Asterisk puts there when somebody hands a caller on by telephone.
        if !channel.name.starts_with("Local/") {
            return Ok(false);
        }
        let bridges = self.services.ari.bridges().await?;
        let mut its = bridges.iter().filter(|bridge| bridge.channels.contains(&channel.id));
        let lives = |call: CallId| self.services.registry.get(call).is_some();
        Ok(its.any(|bridge| talks_in(&bridge.id).is_some_and(lives)))
    }

    /// A channel that nobody knows: a call whose first position never reached the disk starts anew; a leg
    /// that a lost call dialled is hung up unless that call takes it up.
    async fn adopt(&self, channel: &Channel, accounted: &mut Accounted) -> Result<(), StorageError> {
        if let Some(call) = dialled_by(&channel.id) {
            self.drop_stray_peer(&channel.id, call);
            return Ok(());
        }
        if let Some(id) = AttemptId::of_channel(&channel.id) {
            // A row is on disk before anything is dialled: without one another daemon rings here.
            if self.store.attempt(id).await?.is_some() {
                self.outbound.drop_stray(channel.id.clone());
            }
            return Ok(());
        }
        let entry = entry::read_snapshot(channel);
        accounted.taken_up += 1;
        let record = self.record(channel, &entry, &channel.creationtime, clock::now());
        self.started(&record);
        self.begin(record, Some(self.services.registry.admit_anyway()), Take::Up, None);
        Ok(())
    }

    /// Hangs up a dialled leg whose call no longer lives. One whose call lives is left to it.
    pub(super) fn drop_stray_peer(&self, peer: &ChannelId, call: CallId) {
        if self.services.registry.get(call).is_some() {
            return;
        }
        let (ari, peer) = (self.services.ari.clone(), peer.clone());
        self.tracker.spawn(async move {
            if let Err(error) = ari.hang_up(&peer, None).await {
                tracing::warn!(%peer, %error, "a leg of a lost call could not be hung up");
            }
        });
    }
}

fn is_attempt(channel: &ChannelId) -> bool {
    AttemptId::of_channel(channel).is_some()
}

fn is_in_stasis(channel: &Channel) -> bool {
    // A channel that we originated shows no dialplan application, or the one that dials for ARI.
    matches!(channel.dialplan.app_name.as_str(), "Stasis" | "AppDial2" | "")
}

/// Whether it is one that we dialled and that was not answered: it is in Stasis only then.
fn is_ringing(channel: &Channel) -> bool {
    is_attempt(&channel.id) && channel.dialplan.app_name == "AppDial2"
}
