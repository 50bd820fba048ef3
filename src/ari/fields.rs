//! The fields of websocket messages that are read, borrowed from the message where they can be.

use std::borrow::Cow;

use serde::Deserialize;

use super::model::{Channel, Playback, Recording};

#[derive(Deserialize)]
pub(super) struct Head<'a> {
    #[serde(borrow, rename = "type")]
    pub kind: Cow<'a, str>,
}

/// `RESTResponse`: `message_body` is JSON in a string.
#[derive(Deserialize)]
pub(super) struct Answer<'a> {
    #[serde(borrow)]
    pub request_id: Cow<'a, str>,
    pub status_code: u16,
    #[serde(default)]
    pub message_body: String,
}

#[derive(Deserialize)]
pub(super) struct Start<'a> {
    #[serde(borrow, default)]
    pub timestamp: Cow<'a, str>,
    #[serde(default)]
    pub args: Vec<String>,
    pub channel: Box<Channel>,
    #[serde(default)]
    pub replace_channel: Option<Box<Channel>>,
}

#[derive(Deserialize)]
pub(super) struct ChannelPart<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub state: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct BridgePart<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Destination<'a> {
    #[serde(borrow, default)]
    pub destination: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct ReferTo<'a> {
    #[serde(borrow)]
    pub requested_destination: Option<Destination<'a>>,
}

#[derive(Deserialize)]
pub(super) struct ReferredBy<'a> {
    #[serde(borrow)]
    pub source_channel: ChannelPart<'a>,
}

/// The fields of all events that are used, but for `StasisStart`: no two of them differ in type.
#[derive(Deserialize)]
pub(super) struct Fields<'a> {
    #[serde(borrow, default)]
    pub timestamp: Cow<'a, str>,
    #[serde(borrow)]
    pub channel: Option<ChannelPart<'a>>,
    #[serde(borrow)]
    pub caller: Option<ChannelPart<'a>>,
    #[serde(borrow)]
    pub peer: Option<ChannelPart<'a>>,
    #[serde(borrow)]
    pub bridge: Option<BridgePart<'a>>,
    pub playback: Option<Playback>,
    pub recording: Option<Recording>,
    pub cause: Option<i32>,
    pub tech_cause: Option<i32>,
    #[serde(borrow, default)]
    pub cause_txt: Cow<'a, str>,
    #[serde(default)]
    pub soft: bool,
    #[serde(borrow, default)]
    pub digit: Cow<'a, str>,
    #[serde(default)]
    pub duration_ms: u32,
    #[serde(borrow, default)]
    pub dialstatus: Cow<'a, str>,
    #[serde(borrow, default)]
    pub musicclass: Cow<'a, str>,
    #[serde(borrow, default)]
    pub state: Cow<'a, str>,
    #[serde(borrow)]
    pub refer_to: Option<ReferTo<'a>>,
    #[serde(borrow)]
    pub referred_by: Option<ReferredBy<'a>>,
}
