//! One call's inbox: bounded and lossless. A full one ends its call rather than lose an event.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use tokio::sync::mpsc;

use crate::{config::TransferMethod, model::ChannelId};

/// Events a call may be behind. A call reads all the time, so only a stuck one ever fills it.
const DEPTH: usize = 256;

/// What can happen to a call, as its leg sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LegEvent {
    /// The caller pressed a key (`ChannelDtmfReceived`).
    Key {
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        digit: char,
        /// When its event was read.
        received: Instant,
    },
    /// A playback came to its end; `failed` when nothing could be played (`PlaybackFinished`).
    PlaybackFinished {
        /// Its id.
        id: String,
        /// Its state was `failed`.
        failed: bool,
    },
    /// A recording came to its end (`RecordingFinished`, `RecordingFailed`).
    RecordingFinished {
        /// Its name.
        name: String,
        /// Seconds recorded.
        secs: u64,
        /// Nothing was recorded.
        failed: bool,
    },
    /// The caller's side wants to hang up (`ChannelHangupRequest`).
    HangupRequested {
        /// Q.850 cause.
        cause: Option<i32>,
        /// SIP code.
        tech_cause: Option<i32>,
    },
    /// The channel is absent from a snapshot: nobody saw its end.
    Gone,
    /// The channel is gone (`ChannelDestroyed`).
    Destroyed {
        /// Q.850 cause.
        cause: Option<i32>,
        /// SIP code.
        tech_cause: Option<i32>,
    },
    /// A channel that we dialled for this call is in Stasis (its `StasisStart`): it was answered.
    Entered,
    /// The channel left Stasis (`StasisEnd`).
    LeftStasis,
    /// The channel came back from the dialplan, with what that found out (`HUMAN`, `MACHINE`, ...).
    Returned(String),
    /// A dialled party answered (its `StasisStart`).
    PeerUp(ChannelId),
    /// What Asterisk says of the dialling (`Dial`): `BUSY`, `NOANSWER` and the like.
    PeerStatus(String),
    /// A dialled party is gone. Q.850 cause.
    PeerGone(ChannelId, Option<i32>),
    /// A dialled party handed us on by a REFER of its own (RFC 3515): the second channel stands in the bridge in the
    /// place of the first.
    PeerReplaced(ChannelId, ChannelId),
    /// A dialled party pressed a key.
    PeerKey(ChannelId, char),
    /// The websocket dropped.
    Lost,
    /// The websocket is back and the channel still in Stasis.
    Restored,
    /// Somebody asked us to hand the call on.
    HandOn(HandOn),
    /// Somebody asked us to hang up.
    HangUp(String),
    /// The drain time is over.
    Shutdown,
}

/// Whom a call is to be handed on to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HandOn {
    /// By the ways of its gateway.
    Gateway,
    /// By this way.
    Way(TransferMethod),
}

/// The sending end, shared by all who route events to the call.
#[derive(Debug)]
pub struct Inbox {
    sender: mpsc::Sender<LegEvent>,
    overrun: AtomicBool,
}

/// The receiving end, owned by the call.
#[derive(Debug)]
pub struct Events {
    receiver: mpsc::Receiver<LegEvent>,
    inbox: Arc<Inbox>,
}

/// A new inbox.
#[must_use]
pub fn inbox() -> (Arc<Inbox>, Events) {
    let (sender, receiver) = mpsc::channel(DEPTH);
    let inbox = Arc::new(Inbox { sender, overrun: AtomicBool::new(false) });
    (Arc::clone(&inbox), Events { receiver, inbox })
}

impl Inbox {
    /// Puts an event in; never waits. Where there is no room the call is marked as overrun.
    pub fn put(&self, event: LegEvent) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.sender.try_send(event) {
            self.overrun.store(true, Ordering::Release);
        }
    }
}

impl Events {
    /// The next event; `None` when an event was lost for want of room.
    pub async fn next(&mut self) -> Option<LegEvent> {
        if self.inbox.overrun.load(Ordering::Acquire) {
            return None;
        }
        self.receiver.recv().await
    }

    /// Forgets everything, so that a call that lost events can at least be brought to its end.
    pub fn start_over(&mut self) {
        while self.receiver.try_recv().is_ok() {}
        self.inbox.overrun.store(false, Ordering::Release);
    }

    /// The next event if there is one now.
    pub fn ready(&mut self) -> Option<LegEvent> {
        self.receiver.try_recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_inbox_ends_the_call_instead_of_losing_an_event() {
        let (inbox, mut events) = inbox();
        let received = Instant::now();
        let key = |digit| LegEvent::Key { digit, received };
        for _ in 0..DEPTH {
            inbox.put(key('1'));
        }
        assert_eq!(events.next().await, Some(key('1')));
        inbox.put(key('2'));
        inbox.put(key('3'));
        assert_eq!(events.next().await, None);
        events.start_over();
        inbox.put(LegEvent::Restored);
        assert_eq!(events.next().await, Some(LegEvent::Restored));
    }
}
