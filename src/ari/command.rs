//! Every ARI request that the project sends, and which way each goes.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{AriError, Originate, RecordTo, uri::Resource};
use crate::model::ChannelId;

/// Messages that Asterisk's event filter must never take away: without the first, no command over the websocket is
/// answered any more; without the second, a second daemon goes unnoticed.
const VITAL: [&str; 2] = ["RESTResponse", "ApplicationReplaced"];

/// Which way a request goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Way {
    /// REST over the websocket: no connection, no header, one thread of Asterisk, strictly in order.
    Websocket,
    /// One of at most `ari.http_pool` keep-alive connections, each with a thread of Asterisk's own.
    Http,
}

/// One ARI request, by name.
#[derive(Clone, Debug)]
pub(super) enum Command<'a> {
    /// `POST /channels/{id}/answer`; of a fresh channel, on which nothing was ever played, or of any.
    Answer { channel: &'a ChannelId, fresh: bool },
    /// `POST /channels/{id}/play/{playbackId}`
    Play { channel: &'a ChannelId, playback: &'a str, media: &'a [String], language: &'a str },
    /// `DELETE /playbacks/{id}`
    StopPlayback(&'a str),
    /// `GET /playbacks/{id}`
    Playback(&'a str),
    /// `DELETE /channels/{id}`
    HangUp(&'a ChannelId, Option<i32>),
    /// `POST /channels/{id}/continue`
    Continue { channel: &'a ChannelId, context: &'a str, extension: &'a str, priority: u32 },
    /// `POST /channels/{id}/record`
    Record(&'a ChannelId, &'a RecordTo<'a>),
    /// `POST /recordings/live/{name}/stop`
    StopRecording(&'a str),
    /// `POST /channels/{id}/redirect`
    Redirect(&'a ChannelId, &'a str),
    /// `POST /channels/{id}/dtmf`
    Dtmf(&'a ChannelId, &'a str),
    /// `POST /channels/{id}`
    Originate(&'a Originate<'a>),
    /// `POST /channels/create`
    Create(&'a Originate<'a>),
    /// `POST`, and with `false` `DELETE`, of `/channels/{id}/ring`
    Ring(&'a ChannelId, bool),
    /// `POST`, `DELETE /channels/{id}/hold`
    Hold(&'a ChannelId, bool),
    /// `POST`, `DELETE /channels/{id}/moh`
    Moh(&'a ChannelId, Option<&'a str>, bool),
    /// `POST /bridges/{id}`
    CreateBridge(&'a str, &'a str),
    /// `POST /bridges/{id}/addChannel`
    AddToBridge(&'a str, &'a [ChannelId]),
    /// The same, and neither is told who the others are.
    AddMasked(&'a str, &'a [ChannelId]),
    /// `POST /bridges/{id}/removeChannel`
    RemoveFromBridge(&'a str, &'a [ChannelId]),
    /// `POST /bridges/{id}/play/{playbackId}`
    PlayInBridge { bridge: &'a str, playback: &'a str, media: &'a [String] },
    /// `DELETE /bridges/{id}`
    DestroyBridge(&'a str),
    /// `GET /bridges/{id}`
    Bridge(&'a str),
    /// `GET /bridges`
    Bridges,
    /// `GET /channels`
    Channels,
    /// `GET /channels/{id}`
    Channel(&'a ChannelId),
    /// `GET /applications/{name}`
    Application(&'a str),
    /// `POST /applications/{name}/subscription`
    Subscribe { app: &'a str, source: &'a str },
    /// `PUT /applications/{name}/eventFilter`
    EventFilter { app: &'a str, allowed: &'a [&'a str], disallowed: &'a [&'a str] },
    /// `GET /asterisk/info?only=system`
    Info,
    /// `GET /asterisk/ping`
    Ping,
    /// `GET /channels/{id}/variable`
    GetVariable(&'a ChannelId, &'a str),
    /// `POST /channels/{id}/variable`
    SetVariable { channel: &'a ChannelId, name: &'a str, value: &'a str, report_events: bool },
    /// `POST /asterisk/variable`: a global of the dialplan; without a value it is deleted
    SetGlobal { name: &'a str, value: Option<&'a str> },
    /// `GET /asterisk/variable`
    GetGlobal(&'a str),
    /// [`Command::SetVariable`] on a channel on which nothing was ever played.
    MarkFresh { channel: &'a ChannelId, name: &'a str, value: &'a str },
}

/// Which way a command goes where Asterisk has both.
///
/// The websocket's requests are served one after another by the thread that also answers its PINGs, so nothing
/// may go there that can wait for anything but that thread. Judged by Asterisk's source and tried on 22.10.1.
#[allow(clippy::match_same_arms, reason = "each arm has its own reason")]
pub(super) fn way(command: &Command<'_>) -> Way {
    match command {
        // Queued for the channel's own thread and answered at once (`stasis_app_send_command_async`).
        Command::Play { .. }
        | Command::Continue { .. }
        | Command::Record(..)
        | Command::Dtmf(..)
        | Command::Ring(..)
        | Command::Hold(..)
        | Command::Moh(..) => Way::Websocket,
        // Sets a flag under a lock that is held for moments only, and wakes the channel.
        Command::StopPlayback(_) | Command::HangUp(..) | Command::StopRecording(_) => Way::Websocket,
        // A look into a table of small objects.
        Command::Playback(_)
        | Command::Channel(_)
        | Command::SetGlobal { .. }
        | Command::GetGlobal(_)
        | Command::Ping => Way::Websocket,
        // Waits for the channel's thread, which has nothing else to do: about a millisecond. HTTP would cost both
        // sides more than the answer itself.
        Command::Answer { fresh: true, .. } | Command::MarkFresh { .. } => Way::Websocket,
        // Waits (`stasis_app_send_command`) until the channel's thread has done it. That thread does nothing else
        // while a playback runs: an answer or a variable behind a prompt of 25 s holds the socket up for 25 s.
        Command::Answer { .. }
        | Command::SetVariable { .. }
        | Command::AddToBridge(..)
        | Command::AddMasked(..)
        | Command::RemoveFromBridge(..) => Way::Http,
        // Runs channel driver or dialplan function code in the request's thread, which may look names up.
        Command::Originate(_) | Command::Create(_) | Command::GetVariable(..) => Way::Http,
        // Takes the locks of a bridge and of all who are in it.
        Command::CreateBridge(..)
        | Command::DestroyBridge(_)
        | Command::Bridge(_)
        | Command::PlayInBridge { .. } => Way::Http,
        // Only queued, too; but the channel's thread is then deaf until the REFER is over. Rare, so kept apart.
        Command::Redirect(..) => Way::Http,
        // Answers that grow with the number of calls: a slow reader of a big frame is cut off after 100 ms.
        Command::Channels
        | Command::Bridges
        | Command::Application(_)
        | Command::Subscribe { .. }
        | Command::EventFilter { .. } => Way::Http,
        // Asked before there is a websocket.
        Command::Info => Way::Http,
    }
}

/// A request ready to be written, the same for both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    /// `GET`, `POST`, `PUT`, `DELETE`.
    pub method: &'static str,
    /// Below `/ari/`, query included.
    pub uri: String,
    /// JSON.
    pub body: Option<String>,
}

impl Command<'_> {
    /// Writes it out.
    pub(super) fn request(&self) -> Result<Request, AriError> {
        let body = self.body().map(|body| body.to_string());
        Ok(Request { method: self.method(), uri: self.resource().finish()?, body })
    }

    fn method(&self) -> &'static str {
        match self {
            Self::StopPlayback(_)
            | Self::HangUp(..)
            | Self::DestroyBridge(_)
            | Self::Ring(_, false)
            | Self::Hold(_, false)
            | Self::Moh(.., false) => "DELETE",
            Self::Playback(_)
            | Self::Bridge(_)
            | Self::Bridges
            | Self::Channels
            | Self::Channel(_)
            | Self::Application(_)
            | Self::Info
            | Self::Ping
            | Self::GetGlobal(_)
            | Self::GetVariable(..) => "GET",
            Self::EventFilter { .. } => "PUT",
            _ => "POST",
        }
    }

    fn resource(&self) -> Resource {
        match self {
            Self::Answer { channel: id, .. } => channel(id).then("answer"),
            Self::Play { channel: id, playback, .. } => channel(id).then("play").id(playback),
            Self::StopPlayback(id) | Self::Playback(id) => Resource::new("playbacks").id(id),
            Self::HangUp(id, cause) => {
                channel(id).with_some("reason_code", cause.map(|cause| cause.to_string()).as_deref())
            }
            Self::Continue { channel: id, context, extension, priority } => {
                let place =
                    channel(id).then("continue").with("context", context).with("extension", extension);
                place.with("priority", &priority.to_string())
            }
            Self::Record(id, to) => recording(id, to),
            Self::StopRecording(name) => Resource::new("recordings/live").id(name).then("stop"),
            Self::Redirect(id, endpoint) => channel(id).then("redirect").with("endpoint", endpoint),
            Self::Dtmf(id, digits) => channel(id).then("dtmf").with("dtmf", digits),
            Self::Originate(call) => {
                let resource = originate(channel(call.channel_id), call);
                resource.with("timeout", &call.timeout_secs.to_string()).with_some("callerId", call.caller_id)
            }
            Self::Create(call) => {
                originate(Resource::new("channels/create"), call).with("channelId", call.channel_id.as_str())
            }
            Self::Ring(id, _) => channel(id).then("ring"),
            Self::Hold(id, _) => channel(id).then("hold"),
            Self::Moh(id, class, _) => channel(id).then("moh").with_some("mohClass", *class),
            Self::CreateBridge(id, kind) => bridge(id).with("type", kind),
            Self::AddToBridge(id, channels) => members(bridge(id).then("addChannel"), channels),
            Self::AddMasked(id, channels) => {
                members(bridge(id).then("addChannel"), channels).with("inhibitConnectedLineUpdates", "true")
            }
            Self::RemoveFromBridge(id, channels) => members(bridge(id).then("removeChannel"), channels),
            Self::DestroyBridge(id) | Self::Bridge(id) => bridge(id),
            Self::PlayInBridge { bridge: id, playback, .. } => bridge(id).then("play").id(playback),
            Self::Channels => Resource::new("channels"),
            Self::Bridges => Resource::new("bridges"),
            Self::Channel(id) => channel(id),
            Self::Application(name) => Resource::new("applications").id(name),
            Self::Subscribe { app, source } => {
                Resource::new("applications").id(app).then("subscription").with("eventSource", source)
            }
            Self::EventFilter { app, .. } => Resource::new("applications").id(app).then("eventFilter"),
            Self::Info => Resource::new("asterisk/info").with("only", "system"),
            Self::Ping => Resource::new("asterisk/ping"),
            Self::GetVariable(id, name) => channel(id).then("variable").with("variable", name),
            Self::SetGlobal { name, value } => {
                Resource::new("asterisk/variable").with("variable", name).with_some("value", *value)
            }
            Self::GetGlobal(name) => Resource::new("asterisk/variable").with("variable", name),
            Self::MarkFresh { channel: id, name, value } => {
                channel(id).then("variable").with("variable", name).with("value", value)
            }
            Self::SetVariable { channel: id, name, value, report_events } => {
                let set = channel(id).then("variable").with("variable", name).with("value", value);
                set.with_some("report_events", report_events.then_some("true"))
            }
        }
    }

    fn body(&self) -> Option<Value> {
        match self {
            // Not in the query: a comma, quote or bracket in a query's list is cut there.
            Self::Play { media, language, .. } => Some(json!({ "media": media, "lang": language })),
            Self::PlayInBridge { media, .. } => Some(json!({ "media": media })),
            Self::EventFilter { allowed, disallowed, .. } => {
                let vital: &[&str] = if allowed.is_empty() { &[] } else { &VITAL };
                let disallowed = disallowed.iter().filter(|kind| !VITAL.contains(kind));
                let allowed = allowed.iter().filter(|kind| !VITAL.contains(kind)).chain(vital);
                Some(json!({ "allowed": types(allowed), "disallowed": types(disallowed) }))
            }
            Self::Originate(call) => variables(&call.variables),
            Self::Create(call) => {
                // `create` has no `callerId`.
                let mut all = call.variables.clone();
                if let Some(caller) = call.caller_id {
                    all.entry("CALLERID(all)".to_owned()).or_insert_with(|| caller.to_owned());
                }
                variables(&all)
            }
            _ => None,
        }
    }
}

fn channel(id: &ChannelId) -> Resource {
    Resource::new("channels").id(id.as_str())
}

fn bridge(id: &str) -> Resource {
    Resource::new("bridges").id(id)
}

fn types<'a>(kinds: impl Iterator<Item = &'a &'a str>) -> Value {
    kinds.map(|kind| json!({ "type": kind })).collect()
}

fn members(resource: Resource, channels: &[ChannelId]) -> Resource {
    let ids: Vec<&str> = channels.iter().map(ChannelId::as_str).collect();
    resource.with("channel", &ids.join(","))
}

fn originate(resource: Resource, call: &Originate<'_>) -> Resource {
    resource.with("endpoint", call.endpoint).with("app", call.app).with_some("appArgs", call.app_args)
}

fn variables(variables: &BTreeMap<String, String>) -> Option<Value> {
    (!variables.is_empty()).then(|| json!({ "variables": variables }))
}

fn recording(id: &ChannelId, to: &RecordTo<'_>) -> Resource {
    let resource = channel(id).then("record").with("name", to.name).with("format", to.format);
    let resource = resource
        .with("maxDurationSeconds", &to.max_duration_secs.to_string())
        .with("maxSilenceSeconds", &to.max_silence_secs.to_string())
        .with("ifExists", "overwrite");
    let resource = resource.with("beep", if to.beep { "true" } else { "false" });
    resource.with("terminateOn", to.terminate_on)
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
