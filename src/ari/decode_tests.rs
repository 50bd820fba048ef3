//! Tests of decoding, on frames that a real Asterisk 22.10.1 sent.

use super::*;

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
        (recorded!("ChannelLeftBridge"), Event::ChannelLeftBridge { bridge: "b1".to_owned(), channel: a1() }),
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
        assert_eq!((super::super::meters::kind(&event), event.channel_id()), (kind, Some(&channel(whose))));
    }
}

#[test]
fn what_nobody_reads_is_not_read() {
    for text in [recorded!("ChannelDialplan"), recorded!("ChannelCallerId"), recorded!("PlaybackContinuing")]
    {
        assert!(matches!(decode(text), Ok(Frame::Dropped(_))), "{text}");
    }
}

#[test]
fn answers() {
    let Ok(Frame::Answer { id: 5, status: 201, body }) = decode(recorded!("RESTResponse")) else { panic!() };
    assert_eq!(serde_json::from_str::<Playback>(&body).expect("playback").channel, Some(channel("my id/x?")));
    assert!(
        matches!(decode(recorded!("RESTResponse-empty")), Ok(Frame::Answer { id: 4, status: 204, body }) if body.is_empty())
    );
    let Ok(Frame::Answer { id: 49, status: 409, body }) = decode(recorded!("RESTResponse-refused")) else {
        panic!()
    };
    assert_eq!(super::super::rest::message(&body), "Channel not in Stasis application");
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
    let (event, _) =
        event_of(r#"{"type":"PeerStatusChange","peer":{"peer_status":"Reachable"},"caller":"no channel"}"#);
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
