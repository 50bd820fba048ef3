//! Frames that a real Asterisk 22.10.1 sent, with other ids and times put in.

use serde_json::{Value, json};

macro_rules! recorded {
    ($name:literal) => {
        include_str!(concat!("../../fixtures/ari/", $name, ".json"))
    };
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("a recorded frame")
}

/// Asterisk's way to write the present time.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

fn stamped(text: &str) -> Value {
    let mut frame = parse(text);
    frame["timestamp"] = json!(now());
    frame
}

/// A channel as `GET /channels/{id}` and events show it.
pub fn channel(id: &str, state: &str, number: &str, created: &str) -> Value {
    let mut channel = parse(recorded!("Channel"));
    channel["id"] = json!(id);
    channel["name"] = json!(format!("PJSIP/caller-{id}"));
    channel["state"] = json!(state);
    channel["caller"] = json!({ "name": "", "number": number });
    channel["connected"] = json!({ "name": "", "number": "" });
    channel["creationtime"] = json!(created);
    channel["channelvars"] = json!({});
    channel
}

/// An event of a channel: `StasisStart`, `StasisEnd`, `ChannelStateChange`, ...
pub fn of_channel(kind: &str, channel: &Value) -> Value {
    let mut frame = stamped(match kind {
        "StasisStart" => recorded!("StasisStart"),
        "StasisEnd" => recorded!("StasisEnd"),
        "ChannelStateChange" => recorded!("ChannelStateChange"),
        "ChannelDtmfReceived" => recorded!("ChannelDtmfReceived"),
        "ChannelHangupRequest" => recorded!("ChannelHangupRequest"),
        "ChannelDestroyed" => recorded!("ChannelDestroyed"),
        "ChannelEnteredBridge" => recorded!("ChannelEnteredBridge"),
        "ChannelLeftBridge" => recorded!("ChannelLeftBridge"),
        other => panic!("no {other} was recorded"),
    });
    frame["channel"] = channel.clone();
    frame
}

/// `Dial`, whose channel is `peer`.
pub fn dial(peer: &Value, status: &str) -> Value {
    let mut frame = stamped(recorded!("Dial"));
    frame["peer"] = peer.clone();
    frame["dialstatus"] = json!(status);
    frame
}

/// `PlaybackStarted` or `PlaybackFinished`.
pub fn playback(kind: &str, playback: &Value) -> Value {
    let mut frame = stamped(if kind == "PlaybackStarted" {
        recorded!("PlaybackStarted")
    } else {
        recorded!("PlaybackFinished")
    });
    frame["playback"] = playback.clone();
    frame
}

/// `RecordingStarted` or `RecordingFinished`.
pub fn recording(kind: &str, recording: &Value) -> Value {
    let mut frame = stamped(if kind == "RecordingStarted" {
        recorded!("RecordingStarted")
    } else {
        recorded!("RecordingFinished")
    });
    frame["recording"] = recording.clone();
    frame
}

/// `ApplicationReplaced`.
pub fn replaced() -> Value {
    stamped(recorded!("ApplicationReplaced"))
}

/// `RESTResponse` to the request with this id.
pub fn answer(request_id: &str, uri: &str, status: u16, body: Option<&Value>) -> Value {
    let mut frame = stamped(recorded!("RESTResponse"));
    frame["request_id"] = json!(request_id);
    frame["uri"] = json!(uri.split('?').next());
    frame["status_code"] = json!(status);
    if let Some(body) = body {
        frame["message_body"] = json!(body.to_string());
    } else {
        let fields = frame.as_object_mut().expect("an object");
        fields.remove("message_body");
        fields.remove("content_type");
    }
    frame
}

/// `GET /asterisk/info?only=system`.
pub fn info(version: &str) -> Value {
    let mut info = parse(recorded!("AsteriskInfo"));
    info["system"]["version"] = json!(version);
    info
}
