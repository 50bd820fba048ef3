//! Drives the table: events and keys into acts, actions into commands.

use std::{collections::BTreeMap, collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::{Act, Action, Code, Keys, Kind, Over, Phase, Told, Typed, next};
use crate::{
    ari::{AriError, Originate},
    calls::{
        dialling::{dialled, target_of},
        inbox::LegEvent,
        leg::Leg,
        line::{Dialled, Line, Transferred},
    },
    model::{ChannelId, Ended, Stop},
};

/// Asterisk ends the ringing itself; this much later we do.
const GRACE: Duration = Duration::from_secs(5);

/// A talk in which the party may transfer.
struct Desk {
    phase: Phase,
    keys: Keys,
    party: ChannelId,
    target: Option<ChannelId>,
    /// What the party typed last.
    number: String,
    /// When the target has rung long enough.
    rings_until: Option<Instant>,
    /// Why the target is gone.
    cause: Option<i32>,
    /// What Asterisk said last of dialling it.
    status: String,
    /// What the bridge is called.
    bridge: String,
}

impl Leg {
    /// Lets the two talk who are in the bridge, until whom the caller talks with leaves.
    pub(in crate::calls) async fn talk_and_transfer(
        &mut self,
        party: ChannelId,
        bridge: String,
    ) -> Result<Dialled, Stop> {
        let keys = Keys::new(&self.services.config.transfer);
        let number = String::new();
        let (phase, target) = (Phase::Talking, None);
        let mut desk = Desk {
            phase,
            keys,
            party,
            target,
            number,
            rings_until: None,
            cause: None,
            status: String::new(),
            bridge,
        };
        let for_ever = Instant::now() + Duration::from_secs(self.services.config.max_duration_secs * 2);
        let mut acts = VecDeque::new();
        loop {
            if let Phase::Over(over) = desk.phase {
                return Ok(match over {
                    Over::Talked | Over::CallerLeft => Dialled::Talked,
                    Over::Alone => {
                        let _ = self.services.ari.moh_stop(&self.record.channel).await;
                        dialled(desk.cause, &desk.status, false)
                    }
                });
            }
            let Some(act) = acts.pop_front() else {
                let until = [desk.keys.until(), desk.rings_until].into_iter().flatten().min();
                match self.next(until.unwrap_or(for_ever)).await {
                    Ok(Some(LegEvent::PeerReplaced(old, new))) if old == desk.party => {
                        self.peer_replaced(&old, &new);
                        desk.party = new;
                        desk.keys.forget();
                    }
                    Ok(event) => acts.extend(desk.act(event, Instant::now())),
                    Err(stop @ Stop::Ended(Ended::HungUp { .. })) => {
                        for action in next(desk.phase, Act::CallerGone).1 {
                            self.carry_out(&mut desk, *action).await?;
                        }
                        return Err(stop);
                    }
                    Err(stop) => return Err(stop),
                }
                continue;
            };
            let (phase, actions) = next(desk.phase, act);
            desk.phase = phase;
            if matches!(phase, Phase::Asking(_)) {
                desk.keys.ask(Instant::now());
            }
            for action in actions {
                acts.extend(self.carry_out(&mut desk, *action).await?);
            }
        }
    }

    /// Does it; what that brings about at once.
    async fn carry_out(&mut self, desk: &mut Desk, action: Action) -> Result<Option<Act>, Stop> {
        let (ari, caller) = (self.services.ari.clone(), self.record.channel.clone());
        match action {
            Action::HoldCaller => {
                let out = ari.remove_from_bridge(&desk.bridge, std::slice::from_ref(&caller)).await;
                self.judge(out).await?;
                let music = ari.moh_start(&caller, None).await;
                self.judge(music).await?;
            }
            Action::ReturnCaller => {
                let silence = ari.moh_stop(&caller).await;
                self.judge(silence).await?;
                let back = ari.add_to_bridge(&desk.bridge, std::slice::from_ref(&caller)).await;
                self.judge(back).await?;
            }
            Action::DialTarget => return self.dial_target(desk).await,
            Action::JoinTarget => {
                let Some(target) = &desk.target else { return Ok(Some(Act::TargetGone)) };
                desk.rings_until = None;
                // One who is gone in this moment is told to be.
                let joined = ari.add_to_bridge(&desk.bridge, std::slice::from_ref(target)).await;
                if !joined.as_ref().is_err_and(AriError::is_gone) {
                    self.judge(joined).await?;
                }
            }
            Action::DropTarget => {
                desk.rings_until = None;
                if let Some(target) = desk.target.take() {
                    self.drop_channel(&target).await;
                }
                self.target = None;
            }
            Action::DropParty => self.drop_channel(&desk.party.clone()).await,
            Action::Promote => {
                if let Some(target) = desk.target.take() {
                    self.services.registry.remove_peer(&desk.party);
                    self.peer = Some(target.clone());
                    self.target = None;
                    desk.party = target;
                    desk.keys.forget();
                }
            }
            Action::Tell(kind, told) => {
                let (outcome, why) = match told {
                    Told::Taken => ("taken", String::new()),
                    Told::Unanswered => {
                        ("unanswered", desk.cause.map_or(String::new(), |cause| format!(": cause {cause}")))
                    }
                    Told::CalledOff => ("called_off", String::new()),
                };
                let method = if kind == Kind::Blind { "blind" } else { "attended" };
                let detail = format!("to {}{why}", desk.number);
                self.transfer_went(&Transferred { method, outcome, detail });
            }
        }
        Ok(None)
    }

    async fn dial_target(&mut self, desk: &mut Desk) -> Result<Option<Act>, Stop> {
        self.targets += 1;
        let target =
            target_of(self.record.id, self.record.position.visit, self.record.taken_up, self.targets);
        let config = self.services.config.clone();
        let ring = Duration::from_secs(config.transfer.ring_secs);
        self.services.registry.add_peer(&target, &self.inbox);
        (self.target, desk.target) = (Some(target.clone()), Some(target.clone()));
        desk.cause = None;
        desk.status.clear();
        desk.rings_until = Some(Instant::now() + ring + GRACE);
        let endpoint = format!("Local/{}@{}/n", desk.number, config.transfer.context);
        let originate = Originate {
            channel_id: &target,
            endpoint: &endpoint,
            app: &self.services.app,
            app_args: None,
            caller_id: None,
            timeout_secs: u32::try_from(ring.as_secs()).unwrap_or(u32::MAX),
            variables: BTreeMap::new(),
        };
        match self.services.ari.clone().originate(&originate).await {
            Err(AriError::Refused { .. }) => {
                self.services.registry.remove_peer(&target);
                (self.target, desk.target, desk.rings_until) = (None, None, None);
                Ok(Some(Act::TargetGone))
            }
            answer => self.judge(answer).await.map(|_| None),
        }
    }

    /// Hangs a dialled channel up and hears no more of it.
    async fn drop_channel(&self, channel: &ChannelId) {
        self.services.registry.remove_peer(channel);
        let _ = self.services.ari.hang_up(channel, None).await;
    }
}

impl Desk {
    /// What an event, or that none came, means here.
    fn act(&mut self, event: Option<LegEvent>, now: Instant) -> Option<Act> {
        let typed = match event {
            Some(LegEvent::PeerUp(channel)) => {
                return (Some(&channel) == self.target.as_ref()).then_some(Act::TargetUp);
            }
            Some(LegEvent::PeerStatus(status)) => {
                self.status = status;
                return None;
            }
            Some(LegEvent::PeerGone(channel, _)) if channel == self.party => return Some(Act::PartyGone),
            Some(LegEvent::PeerGone(channel, cause)) => {
                return (Some(&channel) == self.target.as_ref()).then(|| self.target_gone(cause));
            }
            Some(LegEvent::PeerKey(channel, key)) if channel == self.party => self.keys.key(key, now),
            Some(_) => return None,
            None if self.rings_until.is_some_and(|until| now >= until) => {
                return Some(self.target_gone(Some(19)));
            }
            None => self.keys.late(),
        };
        Some(match typed? {
            Typed::Code(Code::Wants(kind)) => Act::Wants(kind),
            Typed::Code(Code::CallOff) => Act::CallOff,
            Typed::NoNumber => Act::NoNumber,
            Typed::Number(number) => {
                self.number = number;
                Act::Number
            }
        })
    }

    fn target_gone(&mut self, cause: Option<i32>) -> Act {
        self.target = None;
        self.rings_until = None;
        self.cause = cause;
        Act::TargetGone
    }
}
