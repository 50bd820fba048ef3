//! Dialling somebody for the caller, and connecting the two.

use std::{collections::BTreeMap, time::Duration};

use tokio::time::Instant;

use super::{
    inbox::LegEvent,
    leg::Leg,
    line::{Dial, Dialled, Line, Take, Transferred},
};
use crate::{
    ari::{AriError, Originate},
    model::{CallId, ChannelId, Stop},
};

/// Asterisk ends the ringing itself; this much later we do.
const GRACE: Duration = Duration::from_secs(5);

impl Leg {
    pub(super) async fn dial_party(&mut self, dial: &Dial, take: Take) -> Result<Dialled, Stop> {
        let ari = self.services.ari.clone();
        let visit = self.record.position.visit;
        let mut peer = peer_of(self.record.id, visit);
        self.bridge = Some(bridge_of(self.record.id, visit));
        self.services.registry.add_peer(&peer, &self.inbox);
        self.peer = Some(peer.clone());
        let begun = Instant::now();
        let mut up = false;
        if take == Take::Up {
            match self.find_dialled(&peer, dial.may_transfer).await? {
                // Dialled and over, or never dialled: not known, so it is not dialled again.
                None => return self.part(Dialled::Failed(None)).await,
                Some(found) => (peer, up) = found,
            }
        } else {
            self.durable().await?;
            let originate = Originate {
                channel_id: &peer,
                endpoint: &dial.endpoint,
                app: &self.services.app,
                app_args: None,
                caller_id: dial.caller_id.as_deref(),
                timeout_secs: u32::try_from(dial.ring.as_secs()).unwrap_or(u32::MAX),
                variables: BTreeMap::new(),
            };
            let answer = ari.originate(&originate).await;
            if matches!(answer, Err(AriError::Refused { .. })) {
                return self.part(Dialled::Failed(None)).await;
            }
            self.judge(answer).await?;
            let ringing = ari.ring(&self.record.channel).await;
            self.judge(ringing).await?;
        }
        let mut status = String::new();
        while !up {
            match self.next(begun + dial.ring + GRACE).await? {
                Some(LegEvent::PeerUp(_)) => up = true,
                Some(LegEvent::PeerStatus(told)) => status = told,
                Some(LegEvent::PeerGone(_, cause)) => {
                    tracing::debug!(call = %self.record.id, cause, status, "the dialled party did not answer");
                    let rang_out = begun.elapsed() + GRACE / 10 >= dial.ring;
                    return self.part(dialled(cause, &status, rang_out)).await;
                }
                Some(_) => {}
                None => return self.part(Dialled::NoAnswer).await,
            }
        }
        self.talk(&peer, dial).await
    }

    /// Connects the two until the dialled party leaves.
    async fn talk(&mut self, peer: &ChannelId, dial: &Dial) -> Result<Dialled, Stop> {
        let ari = self.services.ari.clone();
        let bridge = self.bridge.clone().unwrap_or_default();
        // Who is called onward is answered when the other side is.
        self.answer_owed |= self.record.answered_at.is_none();
        self.answer_now().await?;
        // Not all channels ring; that there is nothing to stop is no matter.
        let _ = ari.ring_stop(&self.record.channel).await;
        let found = ari.bridge(&bridge).await;
        let inside = if let Some(bridge) = self.judge(found).await? {
            bridge.channels
        } else {
            let made = ari.create_bridge(&bridge, "mixing").await;
            self.judge(made).await?.channels
        };
        for channel in [&self.record.channel.clone(), peer] {
            if !inside.contains(channel) {
                let one = std::slice::from_ref(channel);
                let added = if dial.is_masked {
                    ari.add_masked(&bridge, one).await
                } else {
                    ari.add_to_bridge(&bridge, one).await
                };
                self.judge(added).await?;
            }
        }
        if dial.may_transfer {
            let dialled = self.talk_and_transfer(peer.clone(), bridge).await?;
            return self.part(dialled).await;
        }
        let for_ever = Instant::now() + Duration::from_secs(self.services.config.max_duration_secs * 2);
        let mut peer = peer.clone();
        loop {
            match self.next(for_ever).await? {
                Some(LegEvent::PeerGone(gone, _)) if gone == peer => return self.part(Dialled::Talked).await,
                Some(LegEvent::PeerReplaced(old, new)) if old == peer => {
                    self.peer_replaced(&old, &new);
                    peer = new;
                }
                _ => {}
            }
        }
    }

    /// The party has handed the caller on by its telephone: whom Asterisk calls in its place is the party now.
    pub(super) fn peer_replaced(&mut self, old: &ChannelId, new: &ChannelId) {
        self.services.registry.remove_peer(old);
        self.peer = Some(new.clone());
        let detail = "by the party's telephone".to_owned();
        self.transfer_went(&Transferred { method: "refer_in", outcome: "taken", detail });
    }

    /// Whom an earlier life dialled in this step, and whether they have answered: the party, or the one that it
    /// handed the caller on to. A transfer that was not over is called off.
    async fn find_dialled(
        &mut self,
        peer: &ChannelId,
        may_transfer: bool,
    ) -> Result<Option<(ChannelId, bool)>, Stop> {
        let ari = self.services.ari.clone();
        if !may_transfer {
            let found = ari.channel(peer).await;
            let found = self.judge(found).await?.map(|channel| (channel.id, channel.state == "Up"));
            return if found.is_some() { Ok(found) } else { self.find_replaced(peer).await };
        }
        let all = ari.channels().await;
        let all = self.judge(all).await?;
        // The other half of a Local channel has the same id with `;2` behind it.
        let is_target = |id: &ChannelId| {
            let rest = id.as_str().strip_prefix(peer.as_str()).and_then(|rest| rest.strip_prefix('.'));
            rest.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
        };
        let mut found = all.iter().find(|channel| channel.id == *peer);
        for target in all.iter().filter(|channel| is_target(&channel.id)) {
            if found.is_none() {
                found = Some(target);
            } else {
                let _ = ari.hang_up(&target.id, None).await;
            }
        }
        // The caller may have been waiting.
        let _ = ari.moh_stop(&self.record.channel).await;
        let Some(found) = found else { return self.find_replaced(peer).await };
        if found.id != *peer {
            self.services.registry.remove_peer(peer);
            self.services.registry.add_peer(&found.id, &self.inbox);
            self.peer = Some(found.id.clone());
        }
        Ok(Some((found.id.clone(), found.state == "Up")))
    }

    /// Who stands in the bridge with the caller, if the party had handed the caller on by its telephone.
    async fn find_replaced(&mut self, peer: &ChannelId) -> Result<Option<(ChannelId, bool)>, Stop> {
        let bridge = self.bridge.clone().unwrap_or_default();
        let found = self.services.ari.clone().bridge(&bridge).await;
        let inside = self.judge(found).await?.map(|bridge| bridge.channels).unwrap_or_default();
        let Some(new) = inside.into_iter().find(|channel| *channel != self.record.channel) else {
            return Ok(None);
        };
        self.services.registry.remove_peer(peer);
        self.services.registry.add_peer(&new, &self.inbox);
        self.peer = Some(new.clone());
        Ok(Some((new, true)))
    }

    /// Ends the dialled leg and forgets keys that were meant for it.
    async fn part(&mut self, dialled: Dialled) -> Result<Dialled, Stop> {
        self.drop_peer().await;
        let _ = self.services.ari.ring_stop(&self.record.channel).await;
        self.keys.clear();
        Ok(dialled)
    }

    /// Takes responsibility for whom an earlier life may have dialled in the step that is taken up: the flow may
    /// be another one now, and not dial.
    pub(super) fn inherit_peer(&mut self) {
        let visit = self.record.position.visit;
        self.peer.get_or_insert_with(|| peer_of(self.record.id, visit));
        self.bridge.get_or_insert_with(|| bridge_of(self.record.id, visit));
    }

    /// Hangs the dialled party up and destroys the bridge; nothing there is fine.
    pub(super) async fn drop_peer(&mut self) {
        for peer in self.peer.take().into_iter().chain(self.target.take()) {
            self.services.registry.remove_peer(&peer);
            let _ = self.services.ari.hang_up(&peer, None).await;
        }
        if let Some(bridge) = self.bridge.take() {
            let _ = self.services.ari.destroy_bridge(&bridge).await;
        }
    }
}

/// The id of the channel that a call dials at a visit of a step: the same after a crash.
fn peer_of(call: CallId, visit: u32) -> ChannelId {
    ChannelId(format!("{call}-d{visit}"))
}

/// The id of the channel that a dialled party has dialled, the how manieth in which life of the call.
pub(super) fn target_of(call: CallId, visit: u32, life: u32, count: u32) -> ChannelId {
    ChannelId(format!("{}.{life}.{count}", peer_of(call, visit)))
}

/// The id of the bridge that the two talk in.
fn bridge_of(call: CallId, visit: u32) -> String {
    format!("{call}-b{visit}")
}

/// The call that this bridge is of.
#[must_use]
pub fn talks_in(bridge: &str) -> Option<CallId> {
    let (call, visit) = bridge.rsplit_once("-b")?;
    visit.parse::<u32>().ok()?;
    CallId::parse(call)
}

/// The call that dialled this channel, if one did. Channel ids are ours or Asterisk's, never a caller's.
#[must_use]
pub fn dialled_by(channel: &ChannelId) -> Option<CallId> {
    let (call, visit) = channel.as_str().rsplit_once("-d")?;
    visit.split('.').next()?.parse::<u32>().ok()?;
    CallId::parse(call)
}

/// What a dialled channel's end before the answer means. `rang_out`: it rang as long as it was allowed to.
pub(super) fn dialled(cause: Option<i32>, status: &str, rang_out: bool) -> Dialled {
    // Q.850: 17 user busy, 18 no user responding, 19 no answer, 21 call rejected.
    match (cause, status) {
        // A Local channel has no cause; what it reached is told by the dialling alone.
        (Some(17), _) | (None, "BUSY") => Dialled::Busy,
        (Some(18 | 19), _) | (None, "NOANSWER") => Dialled::NoAnswer,
        (Some(21), _) => Dialled::Rejected,
        // Before 22.4 Asterisk gives 16 or none when the ringing timed out.
        (Some(16) | None, _) if rang_out => Dialled::NoAnswer,
        (other, _) => Dialled::Failed(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dialled_channel_names_its_call() {
        let call = CallId::of_channel(&"1732158000.12".into(), "now");
        assert_eq!(dialled_by(&peer_of(call, 7)), Some(call));
        assert_eq!(dialled_by(&target_of(call, 7, 0, 1)), Some(call));
        for other in ["1732158000.12", "x-d1", &format!("{call}-dx"), &format!("{call}")] {
            assert_eq!(dialled_by(&other.into()), None, "{other}");
        }
        assert_eq!(talks_in(&bridge_of(call, 7)), Some(call));
        assert_eq!(talks_in("x-b7"), None);
    }

    #[test]
    fn causes() {
        assert_eq!(dialled(Some(17), "", false), Dialled::Busy);
        assert_eq!(dialled(Some(19), "", false), Dialled::NoAnswer);
        assert_eq!(dialled(Some(16), "", true), Dialled::NoAnswer);
        assert_eq!(dialled(Some(16), "", false), Dialled::Failed(Some(16)));
        assert_eq!(dialled(Some(21), "", true), Dialled::Rejected);
        assert_eq!(dialled(Some(34), "", true), Dialled::Failed(Some(34)));
        assert_eq!(dialled(None, "BUSY", false), Dialled::Busy);
        assert_eq!(dialled(None, "CONGESTION", false), Dialled::Failed(None));
        assert_eq!(dialled(None, "RINGING", true), Dialled::NoAnswer);
    }
}
