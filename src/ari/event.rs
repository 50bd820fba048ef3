//! Asterisk's events, typed as far as the project uses them.

use serde_json::Value;

use super::model::{Channel, Playback, Recording};
use crate::model::ChannelId;

/// What happened in Asterisk (ARI `Event`s). Text in it is Asterisk's or a caller's own: the attacker's.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "the fields are ARI's own, see each event's page")]
pub enum Event {
    /// A channel entered our application. Sent once for each time it does.
    StasisStart { channel: Box<Channel>, args: Vec<String>, replace_channel: Option<Box<Channel>> },
    /// A channel left our application. If it came by the dialplan's `Stasis()`, this is the last that is heard of
    /// it: a `ChannelHangupRequest` before it tells that it hung up, its absence that it lives on in the dialplan.
    StasisEnd { channel: ChannelId },
    /// A key was released; `digit` is one of `0`-`9`, `*`, `#`, `A`-`D`.
    ChannelDtmfReceived { channel: ChannelId, digit: char, duration_ms: u32 },
    /// A playback began (once for each medium of a list).
    PlaybackStarted { playback: Playback },
    /// A playback is over, `state` tells how: `done` (heard or stopped) or `failed` (nothing to play).
    PlaybackFinished { playback: Playback },
    /// A recording began.
    RecordingStarted { recording: Recording },
    /// A recording is stored.
    RecordingFinished { recording: Recording },
    /// A recording failed.
    RecordingFailed { recording: Recording },
    /// The channel is gone. Comes only for channels that we are subscribed to: those that we dialled, and those
    /// in the application (which one that hangs up leaves before it is destroyed). Q.850 `cause` (0: unknown), SIP code `tech_cause` (22.7+).
    ChannelDestroyed { channel: ChannelId, cause: i32, cause_txt: String, tech_cause: Option<i32> },
    /// Somebody asked for the channel's end. The caller's BYE comes without `cause`; with `soft` it was one of us,
    /// and `cause` is Asterisk's own flag (32) and no Q.850 one.
    ChannelHangupRequest { channel: ChannelId, cause: Option<i32>, soft: bool, tech_cause: Option<i32> },
    /// The channel is now `Ringing`, `Up`, ...
    ChannelStateChange { channel: ChannelId, state: String },
    /// A call from `caller` (if any) to `peer`; `dialstatus` is empty at first, then `RINGING`, `PROGRESS`,
    /// `ANSWER`, `BUSY`, `NOANSWER`, `CANCEL`, `CHANUNAVAIL`, `CONGESTION`. An `originate` whose time is over
    /// sends none of these: its end is `ChannelDestroyed`, with cause 19.
    Dial { caller: Option<ChannelId>, peer: ChannelId, dialstatus: String },
    /// A channel is in a bridge now.
    ChannelEnteredBridge { bridge: String, channel: Option<ChannelId> },
    /// A channel is in that bridge no more.
    ChannelLeftBridge { bridge: String, channel: ChannelId },
    /// A bridge is gone.
    BridgeDestroyed { bridge: String },
    /// An incoming REFER, for endpoints with `PJSIP_TRANSFER_HANDLING()=ari-only` (22.3+). `referred_by` sent it.
    ChannelTransfer { referred_by: ChannelId, state: String, destination: String, raw: Value },
    /// The far end put us on hold.
    ChannelHold { channel: ChannelId, musicclass: String },
    /// The far end took us back.
    ChannelUnhold { channel: ChannelId },
    /// Another client has taken the application over: this one hears nothing more.
    ApplicationReplaced,
    /// Anything else, or one of the above in a shape that is not known.
    Unknown { kind: String, raw: Value },
}

/// Events that this client reads. Give them to [`super::Client::set_event_filter`] as `allowed`: each event
/// that nobody reads costs Asterisk and us the same as one that is read.
pub const EVENTS_USED: [&str; 19] = [
    "ApplicationReplaced",
    "BridgeDestroyed",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelEnteredBridge",
    "ChannelHangupRequest",
    "ChannelHold",
    "ChannelLeftBridge",
    "ChannelStateChange",
    "ChannelTransfer",
    "ChannelUnhold",
    "Dial",
    "PlaybackFinished",
    "PlaybackStarted",
    "RecordingFailed",
    "RecordingFinished",
    "RecordingStarted",
    "StasisEnd",
    "StasisStart",
];

/// Events that come often, are known, and are of no use here: counted, and dropped before they are read.
pub(super) const EVENTS_DROPPED: [&str; 9] = [
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelCreated",
    "ChannelDialplan",
    "ChannelVarset",
    "ApplicationRegistered",
    "BridgeCreated",
    "DeviceStateChanged",
    "PlaybackContinuing",
];

impl Event {
    /// Whose event it is: the channel (for `Dial` the dialled one, for a playback its target).
    #[must_use]
    pub fn channel_id(&self) -> Option<&ChannelId> {
        match self {
            Self::StasisStart { channel, .. } => Some(&channel.id),
            Self::StasisEnd { channel }
            | Self::ChannelDtmfReceived { channel, .. }
            | Self::ChannelDestroyed { channel, .. }
            | Self::ChannelHangupRequest { channel, .. }
            | Self::ChannelStateChange { channel, .. }
            | Self::ChannelLeftBridge { channel, .. }
            | Self::ChannelHold { channel, .. }
            | Self::ChannelUnhold { channel } => Some(channel),
            Self::PlaybackStarted { playback } | Self::PlaybackFinished { playback } => {
                playback.channel.as_ref()
            }
            Self::RecordingStarted { recording }
            | Self::RecordingFinished { recording }
            | Self::RecordingFailed { recording } => recording.channel.as_ref(),
            Self::Dial { peer, .. } => Some(peer),
            Self::ChannelTransfer { referred_by, .. } => Some(referred_by),
            Self::ChannelEnteredBridge { channel, .. } => channel.as_ref(),
            Self::BridgeDestroyed { .. } | Self::ApplicationReplaced | Self::Unknown { .. } => None,
        }
    }
}
