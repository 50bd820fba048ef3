//! On each connect: a snapshot, compared with the store and with what runs; then each call gets its due.

use super::{door::Door, entry};
use crate::{
    ari::{Channel, Hello},
    calls::{Action, Known, LegEvent, Take, dialled_by, plan, settle_unseen},
    model::{CallId, CallRecord, ChannelId},
};

/// Events that calls need; Asterisk keeps the others to itself, which spares both sides work.
const WANTED: [&str; 9] = [
    "StasisStart",
    "StasisEnd",
    "ChannelDtmfReceived",
    "PlaybackFinished",
    "RecordingFinished",
    "RecordingFailed",
    "ChannelHangupRequest",
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

impl Door {
    /// Accounts for every call. An error leaves everything as it was.
    pub(super) async fn account(&self, hello: &Hello) -> Result<Accounted, String> {
        for warning in &hello.warnings {
            tracing::warn!("{warning}");
        }
        let ari = &self.services.ari;
        ari.set_event_filter(&self.services.app, &WANTED, &[]).await.map_err(|error| error.to_string())?;
        let application = ari.application(&self.services.app).await.map_err(|error| error.to_string())?;
        let ours = application.map(|application| application.channel_ids).unwrap_or_default();
        let channels = ari.channels().await.map_err(|error| error.to_string())?;
        // A settled call's last record may still be on its way to the disk.
        self.services.journal.flushed().await.map_err(|error| error.to_string())?;
        let stored = self.store.live_calls().await.map_err(|error| error.to_string())?;
        let in_stasis: Vec<ChannelId> = channels
            .iter()
            .filter(|channel| ours.contains(&channel.id) && is_in_stasis(channel))
            .map(|channel| channel.id.clone())
            .collect();
        let running: Vec<ChannelId> =
            self.services.registry.live().iter().map(|record| record.channel.clone()).collect();
        let known = Known { in_stasis: &in_stasis, running: &running, stored: &stored };
        let mut accounted = Accounted::default();
        for action in plan(&known) {
            self.carry_out(action, &channels, &mut accounted);
        }
        Ok(accounted)
    }

    fn carry_out(&self, action: Action, channels: &[Channel], accounted: &mut Accounted) {
        let registry = &self.services.registry;
        match action {
            Action::Restore(channel) => {
                accounted.restored += 1;
                registry.route(&channel, |_| Some(LegEvent::Restored));
            }
            Action::Gone(channel) => {
                accounted.settled += 1;
                registry.route(&channel, |_| Some(LegEvent::Destroyed { cause: None, tech_cause: None }));
            }
            Action::TakeUp(record) => {
                accounted.taken_up += 1;
                self.begin(CallRecord::clone(&record), registry.admit_anyway(), Take::Up, None);
            }
            Action::Settle(record) => {
                accounted.settled += 1;
                settle_unseen(&self.services, &record);
            }
            Action::Adopt(id) => {
                if let Some(channel) = channels.iter().find(|channel| channel.id == id) {
                    self.adopt(channel, accounted);
                }
            }
        }
    }

    /// A channel that nobody knows: a call whose first position never reached the disk starts anew; a leg
    /// that a lost call dialled is hung up unless that call takes it up.
    fn adopt(&self, channel: &Channel, accounted: &mut Accounted) {
        if let Some(call) = dialled_by(&channel.id) {
            self.drop_stray_peer(&channel.id, call);
            return;
        }
        let entry = entry::read_snapshot(channel);
        accounted.taken_up += 1;
        let record = entry::record(
            channel,
            &entry,
            &channel.creationtime,
            &self.flows.default,
            &self.services.config,
            jiff::Timestamp::now(),
        );
        self.begin(record, self.services.registry.admit_anyway(), Take::Up, None);
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

fn is_in_stasis(channel: &Channel) -> bool {
    // A channel that we originated shows no dialplan application, or the one that dials for ARI.
    matches!(channel.dialplan.app_name.as_str(), "Stasis" | "AppDial2" | "")
}
