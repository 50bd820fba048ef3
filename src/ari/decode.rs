//! One text frame of the websocket into an event or an answer. The hot path: known events are read into
//! borrowed fields, once, and only what is used of them.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    AriError, Event, Stamp,
    event::EVENTS_DROPPED,
    model::{Channel, Playback, Recording},
};
use crate::model::ChannelId;

/// What a frame is.
#[derive(Debug)]
pub(super) enum Frame {
    /// An event that somebody reads.
    Event(Event, Stamp),
    /// An event of a kind that nobody reads.
    Dropped(&'static str),
    /// The answer to a request of ours (`RESTResponse`).
    Answer { id: u64, status: u16, body: String },
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
}

/// `RESTResponse`: `message_body` is JSON in a string.
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    request_id: Cow<'a, str>,
    status_code: u16,
    #[serde(default)]
    message_body: String,
}

#[derive(Deserialize)]
struct Start<'a> {
    #[serde(borrow, default)]
    timestamp: Cow<'a, str>,
    #[serde(default)]
    args: Vec<String>,
    channel: Box<Channel>,
    #[serde(default)]
    replace_channel: Option<Box<Channel>>,
}

#[derive(Deserialize)]
struct ChannelPart<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    state: Cow<'a, str>,
}

#[derive(Deserialize)]
struct BridgePart<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Destination<'a> {
    #[serde(borrow, default)]
    destination: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ReferTo<'a> {
    #[serde(borrow)]
    requested_destination: Option<Destination<'a>>,
}

#[derive(Deserialize)]
struct ReferredBy<'a> {
    #[serde(borrow)]
    source_channel: ChannelPart<'a>,
}

/// The fields of all events that are used, but for `StasisStart`: no two of them differ in type.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow, default)]
    timestamp: Cow<'a, str>,
    #[serde(borrow)]
    channel: Option<ChannelPart<'a>>,
    #[serde(borrow)]
    caller: Option<ChannelPart<'a>>,
    #[serde(borrow)]
    peer: Option<ChannelPart<'a>>,
    #[serde(borrow)]
    bridge: Option<BridgePart<'a>>,
    playback: Option<Playback>,
    recording: Option<Recording>,
    cause: Option<i32>,
    tech_cause: Option<i32>,
    #[serde(borrow, default)]
    cause_txt: Cow<'a, str>,
    #[serde(default)]
    soft: bool,
    #[serde(borrow, default)]
    digit: Cow<'a, str>,
    #[serde(default)]
    duration_ms: u32,
    #[serde(borrow, default)]
    dialstatus: Cow<'a, str>,
    #[serde(borrow, default)]
    musicclass: Cow<'a, str>,
    #[serde(borrow, default)]
    state: Cow<'a, str>,
    #[serde(borrow)]
    refer_to: Option<ReferTo<'a>>,
    #[serde(borrow)]
    referred_by: Option<ReferredBy<'a>>,
}

/// Reads one frame. An error means that it is no ARI message at all.
pub(super) fn decode(text: &str) -> Result<Frame, AriError> {
    let kind = kind_of(text)?;
    if kind == "RESTResponse" {
        let answer: Answer<'_> = read(text)?;
        let id = answer.request_id.parse().unwrap_or(0);
        return Ok(Frame::Answer { id, status: answer.status_code, body: answer.message_body });
    }
    if let Some(name) = EVENTS_DROPPED.iter().find(|name| **name == kind) {
        return Ok(Frame::Dropped(name));
    }
    match known(&kind, text) {
        Some((event, stamp)) => Ok(Frame::Event(event, stamp)),
        None => {
            Ok(Frame::Event(Event::Unknown { kind: kind.into_owned(), raw: read(text)? }, Stamp::default()))
        }
    }
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, AriError> {
    serde_json::from_str(text).map_err(|error| AriError::Malformed(format!("a websocket message: {error}")))
}

/// The message's type. Asterisk writes it first in nearly all of them, so that it need not be searched for.
fn kind_of(text: &str) -> Result<Cow<'_, str>, AriError> {
    let first = text.strip_prefix("{\"type\":\"").and_then(|rest| rest.split_once('"'));
    match first {
        Some((kind, _)) if kind.bytes().all(|b| b.is_ascii_alphanumeric()) => Ok(Cow::Borrowed(kind)),
        _ => Ok(read::<Head<'_>>(text)?.kind),
    }
}

fn known(kind: &str, text: &str) -> Option<(Event, Stamp)> {
    if kind == "StasisStart" {
        let Start { timestamp, args, channel, replace_channel } = read(text).ok()?;
        return Some((Event::StasisStart { channel, args, replace_channel }, Stamp::new(&timestamp)));
    }
    if !super::EVENTS_USED.contains(&kind) {
        return None;
    }
    let fields: Fields<'_> = read(text).ok()?;
    let stamp = Stamp::new(&fields.timestamp);
    Some((event(kind, fields, text)?, stamp))
}

fn id(part: Option<ChannelPart<'_>>) -> Option<ChannelId> {
    part.map(|part| ChannelId(part.id.into_owned()))
}

fn event(kind: &str, fields: Fields<'_>, text: &str) -> Option<Event> {
    Some(match kind {
        "StasisEnd" => Event::StasisEnd { channel: id(fields.channel)? },
        "ChannelDtmfReceived" => Event::ChannelDtmfReceived {
            channel: id(fields.channel)?,
            digit: fields.digit.chars().next()?,
            duration_ms: fields.duration_ms,
        },
        "PlaybackStarted" => Event::PlaybackStarted { playback: fields.playback? },
        "PlaybackFinished" => Event::PlaybackFinished { playback: fields.playback? },
        "RecordingStarted" => Event::RecordingStarted { recording: fields.recording? },
        "RecordingFinished" => Event::RecordingFinished { recording: fields.recording? },
        "RecordingFailed" => Event::RecordingFailed { recording: fields.recording? },
        "ChannelDestroyed" => Event::ChannelDestroyed {
            channel: id(fields.channel)?,
            cause: fields.cause.unwrap_or(0),
            cause_txt: fields.cause_txt.into_owned(),
            tech_cause: fields.tech_cause,
        },
        "ChannelHangupRequest" => Event::ChannelHangupRequest {
            channel: id(fields.channel)?,
            cause: fields.cause,
            soft: fields.soft,
            tech_cause: fields.tech_cause,
        },
        "ChannelStateChange" => {
            let part = fields.channel?;
            let state = part.state.into_owned();
            Event::ChannelStateChange { channel: ChannelId(part.id.into_owned()), state }
        }
        "Dial" => Event::Dial {
            caller: id(fields.caller),
            peer: id(fields.peer)?,
            dialstatus: fields.dialstatus.into_owned(),
        },
        _ => return rare(kind, fields, text),
    })
}

/// Those that do not come in every call.
fn rare(kind: &str, fields: Fields<'_>, text: &str) -> Option<Event> {
    let bridge = fields.bridge.map(|bridge| bridge.id.into_owned());
    Some(match kind {
        "ChannelEnteredBridge" => {
            Event::ChannelEnteredBridge { bridge: bridge?, channel: id(fields.channel) }
        }
        "ChannelLeftBridge" => Event::ChannelLeftBridge { bridge: bridge?, channel: id(fields.channel)? },
        "BridgeDestroyed" => Event::BridgeDestroyed { bridge: bridge? },
        "ChannelTransfer" => Event::ChannelTransfer {
            referred_by: id(Some(fields.referred_by?.source_channel))?,
            state: fields.state.into_owned(),
            destination: fields.refer_to?.requested_destination?.destination.into_owned(),
            raw: read(text).ok()?,
        },
        "ChannelHold" => {
            Event::ChannelHold { channel: id(fields.channel)?, musicclass: fields.musicclass.into_owned() }
        }
        "ChannelUnhold" => Event::ChannelUnhold { channel: id(fields.channel)? },
        "ApplicationReplaced" => Event::ApplicationReplaced,
        _ => return None,
    })
}

#[cfg(test)]
#[path = "decode_tests.rs"]
mod tests;
