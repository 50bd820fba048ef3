//! From the wire to a call's inbox: which event goes to whom, as what.

use std::time::Instant;

use crate::{
    ari::Event,
    calls::{LegEvent, Registry, Role},
    model::ChannelId,
};

/// Gives an event to the call that it concerns. Returns false when no call wants it.
pub fn route(registry: &Registry, event: &Event, received: Instant) -> bool {
    let Some(channel) = event.channel_id() else { return false };
    registry.route(channel, |role| match role {
        Role::Caller => for_caller(event, received),
        Role::Peer => for_peer(channel, event),
    })
}

fn for_caller(event: &Event, received: Instant) -> Option<LegEvent> {
    Some(match event {
        Event::ChannelDtmfReceived { digit, .. } => LegEvent::Key { digit: *digit, received },
        Event::PlaybackFinished { playback } => {
            LegEvent::PlaybackFinished { id: playback.id.clone(), failed: playback.state == "failed" }
        }
        Event::RecordingFinished { recording } => LegEvent::RecordingFinished {
            name: recording.name.clone(),
            secs: recording.duration.and_then(|secs| u64::try_from(secs).ok()).unwrap_or_default(),
            failed: false,
        },
        Event::RecordingFailed { recording } => {
            LegEvent::RecordingFinished { name: recording.name.clone(), secs: 0, failed: true }
        }
        Event::ChannelHangupRequest { cause, soft, tech_cause, .. } => {
            // With `soft` the number is Asterisk's own flag, no Q.850 cause.
            LegEvent::HangupRequested { cause: cause.filter(|_| !soft), tech_cause: *tech_cause }
        }
        Event::ChannelDestroyed { cause, tech_cause, .. } => {
            LegEvent::Destroyed { cause: known(*cause), tech_cause: *tech_cause }
        }
        // Of a channel that is a call's own: one that we dialled for it.
        Event::Dial { dialstatus, .. } if !dialstatus.is_empty() => LegEvent::PeerStatus(dialstatus.clone()),
        Event::StasisEnd { .. } => LegEvent::LeftStasis,
        _ => return None,
    })
}

fn for_peer(channel: &ChannelId, event: &Event) -> Option<LegEvent> {
    match event {
        Event::StasisStart { .. } => Some(LegEvent::PeerUp(channel.clone())),
        Event::ChannelDtmfReceived { digit, .. } => Some(LegEvent::PeerKey(channel.clone(), *digit)),
        Event::Dial { dialstatus, .. } if !dialstatus.is_empty() => {
            Some(LegEvent::PeerStatus(dialstatus.clone()))
        }
        Event::ChannelDestroyed { cause, .. } => Some(LegEvent::PeerGone(channel.clone(), known(*cause))),
        _ => None,
    }
}

/// Asterisk says 0 where it knows no cause.
fn known(cause: i32) -> Option<i32> {
    (cause != 0).then_some(cause)
}
