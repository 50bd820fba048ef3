//! One text frame of the websocket into an event or an answer. The hot path: known events are read into
//! borrowed fields, once, and only what is used of them.

use std::borrow::Cow;

use serde::Deserialize;

use super::{
    AriError, Event, Stamp,
    event::EVENTS_DROPPED,
    fields::{Answer, ChannelPart, Fields, Head, Start},
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
mod tests {
    use super::*;
    use crate::ari::model::{Channel, Playback};

    macro_rules! recorded {
        ($name:literal) => {
            include_str!(concat!("../../tests/fixtures/ari/", $name, ".json"))
        };
    }

    fn event_of(text: &str) -> (Event, Stamp) {
        match decode(text) {
            Ok(Frame::Event(event, stamp)) => (event, stamp),
            other => panic!("no event: {other:?}"),
        }
    }

    fn channel(id: &str) -> ChannelId {
        ChannelId::from(id)
    }

    #[test]
    fn a_call_enters() {
        let (event, stamp) = event_of(recorded!("StasisStart"));
        assert_eq!(event.channel_id(), Some(&channel("q1;2")));
        assert_eq!(stamp.as_str(), "2026-11-21T03:38:04.002+0000");
        let Event::StasisStart { channel, args, replace_channel } = event else { panic!("{event:?}") };
        assert_eq!(args, ["flow=x", "a b"]);
        assert_eq!(replace_channel, None);
        assert_eq!((channel.state.as_str(), channel.language.as_str()), ("Ring", "en"));
        assert_eq!(channel.creationtime, "2026-11-21T03:38:04.001+0000");
        assert_eq!((channel.dialplan.exten.as_str(), channel.dialplan.priority), ("ivr", 2));
    }

    #[test]
    fn each_kind_is_read_from_its_recording() {
        let a1 = || channel("a1");
        let cases: Vec<(&str, Event)> = vec![
            (
                recorded!("ChannelDestroyed"),
                Event::ChannelDestroyed {
                    channel: channel("bz;2"),
                    cause: 17,
                    cause_txt: "User busy".to_owned(),
                    tech_cause: None,
                },
            ),
            (
                recorded!("ChannelHangupRequest"),
                Event::ChannelHangupRequest {
                    channel: channel("cr1"),
                    cause: Some(32),
                    soft: true,
                    tech_cause: None,
                },
            ),
            (
                recorded!("ChannelEnteredBridge"),
                Event::ChannelEnteredBridge { bridge: "b1".to_owned(), channel: Some(a1()) },
            ),
            (
                recorded!("ChannelLeftBridge"),
                Event::ChannelLeftBridge { bridge: "b1".to_owned(), channel: a1() },
            ),
            (recorded!("ApplicationReplaced"), Event::ApplicationReplaced),
            (
                recorded!("Dial"),
                Event::Dial { caller: None, peer: channel("cr1"), dialstatus: "RINGING".to_owned() },
            ),
            (
                recorded!("ChannelDtmfReceived"),
                Event::ChannelDtmfReceived { channel: channel("a1;2"), digit: '1', duration_ms: 100 },
            ),
            (
                recorded!("ChannelStateChange"),
                Event::ChannelStateChange { channel: channel("a1;2"), state: "Up".to_owned() },
            ),
        ];
        for (text, expected) in cases {
            let (event, stamp) = event_of(text);
            assert_eq!(event, expected);
            assert!(stamp.time().is_some());
        }
    }

    #[test]
    fn whose_event_it_is() {
        for (kind, text, whose) in [
            ("PlaybackStarted", recorded!("PlaybackStarted"), "a1"),
            ("PlaybackFinished", recorded!("PlaybackFinished"), "a1"),
            ("RecordingStarted", recorded!("RecordingStarted"), "r4"),
            ("RecordingFinished", recorded!("RecordingFinished"), "r4"),
            ("StasisEnd", recorded!("StasisEnd"), "cr1"),
            ("Dial", recorded!("Dial"), "cr1"),
        ] {
            let (event, _) = event_of(text);
            assert_eq!((crate::ari::meters::kind(&event), event.channel_id()), (kind, Some(&channel(whose))));
        }
    }

    #[test]
    fn what_nobody_reads_is_not_read() {
        for text in
            [recorded!("ChannelDialplan"), recorded!("ChannelCallerId"), recorded!("PlaybackContinuing")]
        {
            assert!(matches!(decode(text), Ok(Frame::Dropped(_))), "{text}");
        }
    }

    #[test]
    fn answers() {
        let Ok(Frame::Answer { id: 5, status: 201, body }) = decode(recorded!("RESTResponse")) else {
            panic!()
        };
        assert_eq!(
            serde_json::from_str::<Playback>(&body).expect("playback").channel,
            Some(channel("my id/x?"))
        );
        assert!(
            matches!(decode(recorded!("RESTResponse-empty")), Ok(Frame::Answer { id: 4, status: 204, body }) if body.is_empty())
        );
        let Ok(Frame::Answer { id: 49, status: 409, body }) = decode(recorded!("RESTResponse-refused"))
        else {
            panic!()
        };
        assert_eq!(crate::ari::rest::message(&body), "Channel not in Stasis application");
    }

    #[test]
    fn a_whole_channel() {
        let found: Channel = serde_json::from_str(recorded!("Channel")).expect("channel");
        assert_eq!(found.id, channel("my id/x?"));
        assert_eq!((found.caller.name.as_str(), found.caller.number.as_str()), ("Al é", "123"));
        assert_eq!(found.channelvars.get("Y").map(String::as_str), Some("abc"));
    }

    #[test]
    fn unknown_events_are_kept() {
        let (event, _) = event_of(
            r#"{"type":"PeerStatusChange","peer":{"peer_status":"Reachable"},"caller":"no channel"}"#,
        );
        let Event::Unknown { kind, raw } = event else { panic!("{event:?}") };
        assert_eq!(kind, "PeerStatusChange");
        assert_eq!(raw["peer"]["peer_status"], "Reachable");
        // A known kind in another shape, and one whose type stands last.
        assert!(matches!(event_of(r#"{"type":"StasisStart","channel":5}"#).0, Event::Unknown { .. }));
        assert!(matches!(event_of(r#"{"type":"ChannelDestroyed"}"#).0, Event::Unknown { .. }));
        assert_eq!(
            event_of(r#"{"channel":{"id":"x"},"type":"StasisEnd"}"#).0,
            Event::StasisEnd { channel: channel("x") }
        );
    }

    #[test]
    fn a_value_cannot_pose_as_a_type() {
        let text = r#"{"variable":"X","value":"{\"type\":\"ApplicationReplaced\"","type":"ChannelVarset","channel":{"id":"x"}}"#;
        assert!(matches!(decode(text), Ok(Frame::Dropped("ChannelVarset"))));
    }

    #[test]
    fn garbage_is_an_error_and_no_panic() {
        for text in [
            "",
            "{",
            "null",
            "[]",
            "{\"type\":5}",
            "{}",
            "\u{0}",
            r#"{"type":"RESTResponse"}"#,
            r#"{"type":"StasisEnd""#,
        ] {
            assert!(decode(text).is_err(), "{text:?}");
        }
    }
}
