//! Faults of the connection to Asterisk.

use std::{collections::BTreeMap, time::Duration};

use stasisd::{
    ari::{AriError, Event, Originate, Wire},
    config::AriConfig,
    model::ChannelId,
};

use crate::{
    fake_asterisk::Fake,
    listener::{Listener, eventually, within},
};

async fn connected() -> (Fake, Listener) {
    let fake = Fake::start().await;
    let mut listener = Listener::of(&fake.config());
    listener.up().await;
    (fake, listener)
}

fn id(text: &str) -> ChannelId {
    ChannelId::from(text)
}

#[tokio::test]
async fn a_call_from_its_first_event_to_its_last() {
    let (fake, mut listener) = connected().await;
    assert!(fake.call("a b/1", "+4930123", &["flow=x"]));
    let Event::StasisStart { channel, args, .. } = listener.event().await else { panic!("no start") };
    assert_eq!(
        (channel.id.as_str(), channel.caller.number.as_str(), args.as_slice()),
        ("a b/1", "+4930123", &["flow=x".to_owned()][..])
    );
    let (client, channel) = (listener.client.clone(), channel.id);
    within(client.answer(&channel)).await.expect("answered");
    assert_eq!(
        listener.event().await,
        Event::ChannelStateChange { channel: channel.clone(), state: "Up".to_owned() }
    );
    within(client.play(&channel, "p1", &["sound:x".to_owned()], "en")).await.expect("playing");
    assert!(
        matches!(listener.event().await, Event::PlaybackStarted { playback } if playback.id == "p1" && playback.channel == Some(channel.clone()))
    );
    assert!(
        matches!(listener.event().await, Event::PlaybackFinished { playback } if playback.state == "done")
    );
    fake.press("a b/1", '*');
    assert!(matches!(listener.event().await, Event::ChannelDtmfReceived { digit: '*', .. }));
    within(client.hang_up(&channel, Some(21))).await.expect("hung up");
    assert!(matches!(listener.event().await, Event::ChannelHangupRequest { soft: true, .. }));
    assert_eq!(listener.event().await, Event::StasisEnd { channel: channel.clone() });
    assert!(within(client.hang_up(&channel, None)).await.expect_err("gone").is_gone());
    let ways: Vec<_> = fake.commands().iter().map(|seen| (seen.uri.clone(), seen.websocket)).collect();
    assert_eq!(
        ways[..2],
        [("channels/a%20b%2F1/answer".to_owned(), false), ("channels/a%20b%2F1/play/p1".to_owned(), true)]
    );
}

#[tokio::test]
async fn a_dialled_call_from_its_first_event_to_its_last() {
    let (fake, mut listener) = connected().await;
    let (client, channel) = (listener.client.clone(), id("out"));
    let call = Originate {
        channel_id: &channel,
        endpoint: "PJSIP/101",
        app: "stasisd",
        app_args: None,
        caller_id: None,
        timeout_secs: 20,
        variables: BTreeMap::new(),
    };
    assert_eq!(client.originate(&call).await.expect("dialling").id, channel);
    let twice = client.originate(&call).await.expect_err("a duplicate");
    assert!(matches!(twice, AriError::Refused { status: 409, .. }), "{twice}");
    fake.rings("out");
    fake.answers("out", &["x"]);
    let mut statuses = Vec::new();
    let args = loop {
        match listener.event().await {
            Event::Dial { dialstatus, .. } => statuses.push(dialstatus),
            Event::StasisStart { args, .. } => break args,
            _ => {}
        }
    };
    assert_eq!((statuses.join(","), args.join(",")), (",RINGING,ANSWER".to_owned(), "x".to_owned()));
    fake.hang_up("out");
    let request =
        Event::ChannelHangupRequest { channel: channel.clone(), cause: None, soft: false, tech_cause: None };
    assert_eq!(listener.event().await, request);
    assert_eq!(listener.event().await, Event::StasisEnd { channel: channel.clone() });
    assert!(matches!(listener.event().await, Event::ChannelDestroyed { cause: 16, .. }));
    client.originate(&call).await.expect("the id is free again");
    fake.fails("out", None, 19, Some(487));
    listener.event().await;
    listener.event().await;
    assert!(matches!(
        listener.event().await,
        Event::ChannelDestroyed { cause: 19, tech_cause: Some(487), .. }
    ));
}

#[tokio::test]
async fn refusals_are_told_as_they_are() {
    let (fake, listener) = connected().await;
    fake.call("c", "", &[]);
    fake.with_faults(|faults| {
        faults.refuse.push(("answer".to_owned(), 409, "Channel not in Stasis application".to_owned()));
        faults.refuse.push(("play".to_owned(), 412, "Channel in invalid state".to_owned()));
    });
    let error = listener.client.answer(&id("c")).await.expect_err("refused");
    assert!(error.is_gone(), "{error}");
    let error =
        listener.client.play(&id("c"), "p", &["sound:x".to_owned()], "en").await.expect_err("refused");
    assert_eq!(error, AriError::Refused { status: 412, message: "Channel in invalid state".to_owned() });
    assert!(listener.client.channel(&id("nobody")).await.expect("a look").is_none());
    assert!(listener.client.playback("nothing").await.expect("a look").is_none());
    assert!(listener.client.get_variable(&id("c"), "X").await.expect("a look").is_none());
    assert!(listener.client.get_variable(&id("nobody"), "X").await.expect_err("no channel").is_gone());
}

#[tokio::test]
async fn a_cut_socket_ends_what_waits_and_heals() {
    let (fake, mut listener) = connected().await;
    fake.call("c", "", &[]);
    listener.event().await;
    fake.with_faults(|faults| faults.swallow = true);
    let (over_websocket, over_http) = (listener.client.clone(), listener.client.clone());
    let playing =
        tokio::spawn(async move { over_websocket.play(&id("c"), "p", &["sound:x".to_owned()], "en").await });
    let answering = tokio::spawn(async move { over_http.answer(&id("c")).await });
    eventually("both commands arrive", || fake.commands().len() == 2).await;
    fake.with_faults(|faults| faults.swallow = false);
    fake.cut();
    assert_eq!(within(playing).await.expect("no panic"), Err(AriError::NotConnected));
    assert_eq!(within(answering).await.expect("no panic"), Err(AriError::NotConnected));
    listener.down().await;
    listener.up().await;
    // The call is still there, and events flow again without a new StasisStart.
    let app = listener.client.application("stasisd").await.expect("a look").expect("registered");
    assert_eq!(app.channel_ids, [id("c")]);
    fake.press("c", '1');
    assert!(matches!(listener.event().await, Event::ChannelDtmfReceived { digit: '1', .. }));
}

#[tokio::test]
async fn commands_without_a_websocket_fail_at_once_but_looks_work() {
    let fake = Fake::start().await;
    fake.with_faults(|faults| "20.12.0".clone_into(&mut faults.version));
    let mut listener = Listener::of(&fake.config());
    let why = listener.down().await;
    assert!(why.contains("20.12.0 is too old"), "{why}");
    assert_eq!(listener.client.hang_up(&id("c"), None).await, Err(AriError::NotConnected));
    assert_eq!(listener.client.answer(&id("c")).await, Err(AriError::NotConnected));
    assert!(listener.client.channels().await.expect("a look").is_empty());
    assert_eq!(listener.client.info().await.expect("a look").system.version, "20.12.0");
}

#[tokio::test]
async fn a_silent_peer_is_noticed() {
    let fake = Fake::start().await;
    let mut listener =
        Listener::of(&AriConfig { heartbeat_secs: 1, request_timeout_ms: 300, ..fake.config() });
    listener.up().await;
    eventually("pings come", || fake.world().pings >= 2).await;
    fake.sleep(true);
    assert_eq!(listener.client.ping().await, Err(AriError::Deadline));
    let why = listener.down().await;
    assert!(why.contains("silent"), "{why}");
    fake.sleep(false);
    listener.up().await;
    listener.client.ping().await.expect("it is back");
}

#[tokio::test]
async fn slow_answers_meet_their_deadline_and_are_dropped_when_late() {
    let fake = Fake::start().await;
    let mut listener = Listener::of(&AriConfig { request_timeout_ms: 50, ..fake.config() });
    listener.up().await;
    fake.call("c", "", &[]);
    listener.event().await;
    fake.with_faults(|faults| faults.delay = Duration::from_millis(200));
    assert_eq!(listener.client.send_dtmf(&id("c"), "1").await, Err(AriError::Deadline));
    assert_eq!(listener.client.answer(&id("c")).await, Err(AriError::Deadline));
    fake.with_faults(|faults| faults.delay = Duration::ZERO);
    // The late answer belongs to nobody; the next ones find theirs.
    let again = within(async {
        loop {
            match listener.client.send_dtmf(&id("c"), "2").await {
                Err(AriError::Deadline) => {}
                other => break other,
            }
        }
    });
    again.await.expect("the socket is free again");
}

#[tokio::test]
async fn a_wrong_password_is_named_and_tried_again_slowly() {
    let fake = Fake::start().await;
    fake.with_faults(|faults| "another".clone_into(&mut faults.password));
    let mut listener = Listener::of(&fake.config());
    let why = listener.down().await;
    assert!(why.contains("ari.conf") && !why.contains("s3cret"), "{why}");
    fake.with_faults(|faults| "s3cret".clone_into(&mut faults.password));
    listener.up().await;
}

#[tokio::test]
async fn asterisk_absent_then_started_then_restarted() {
    let fake = Fake::start().await;
    let (address, config) = (fake.address(), fake.config());
    fake.stop();
    let mut listener = Listener::of(&config);
    listener.down().await;
    let fake = Fake::start_at(address).await;
    listener.up().await;
    fake.call("c", "", &[]);
    listener.event().await;
    fake.stop();
    listener.down().await;
    let again = Fake::start_at(address).await;
    listener.up().await;
    assert!(listener.client.channels().await.expect("a look").is_empty(), "its calls are gone");
    assert!(again.is_connected());
}

#[tokio::test]
async fn a_second_daemon_makes_the_first_step_down() {
    let (fake, mut first) = connected().await;
    let mut second = Listener::of(&fake.config());
    second.up().await;
    assert!(matches!(first.next().await, Wire::Replaced));
    within(first.task).await.expect("it ended by itself");
    assert!(first.wire.recv().await.is_none(), "that was the last word");
    assert_eq!(first.client.ping().await, Err(AriError::NotConnected));
    assert_eq!(fake.world().opened, 2, "the first one never came back");
    fake.call("c", "", &[]);
    assert!(matches!(second.event().await, Event::StasisStart { .. }));
}

#[tokio::test]
async fn garbage_unknown_double_and_late_events() {
    let (fake, mut listener) = connected().await;
    for garbage in ["", "{", "[1,2]", "null", "{\"type\":7}", "{\"type\":\"RESTResponse\"}", "\u{0}\u{1}"] {
        fake.send(garbage);
    }
    fake.send(r#"{"type":"RESTResponse","request_id":"999999","status_code":200}"#);
    fake.send(r#"{"type":"FutureEvent","future":{"deep":[1,2]}}"#);
    fake.send(r#"{"type":"StasisStart","channel":"not an object"}"#);
    let Event::Unknown { kind, raw } = listener.event().await else { panic!("not unknown") };
    assert_eq!((kind.as_str(), &raw["future"]["deep"][1]), ("FutureEvent", &serde_json::json!(2)));
    assert!(matches!(listener.event().await, Event::Unknown { kind, .. } if kind == "StasisStart"));
    fake.repeat("ChannelDestroyed", "ghost");
    fake.repeat("ChannelDestroyed", "ghost");
    fake.late_playback("PlaybackFinished", "p9", "ghost");
    for _ in 0..2 {
        assert_eq!(listener.event().await.channel_id(), Some(&id("ghost")));
    }
    assert!(matches!(listener.event().await, Event::PlaybackFinished { playback } if playback.id == "p9"));
    listener.client.ping().await.expect("still well");
}

#[tokio::test]
async fn an_older_asterisk_is_served_by_http() {
    let fake = Fake::start().await;
    fake.with_faults(|faults| {
        "20.13.0".clone_into(&mut faults.version);
        faults.rest_over_websocket = false;
    });
    let mut listener = Listener::of(&fake.config());
    let hello = listener.up().await;
    assert!(!hello.rest_over_websocket);
    assert_eq!(hello.warnings.len(), 1, "a known hole: {:?}", hello.warnings);
    fake.call("c", "", &[]);
    listener.event().await;
    listener.client.play(&id("c"), "p", &["sound:x".to_owned()], "en").await.expect("playing");
    assert!(fake.commands().iter().all(|seen| !seen.websocket));
}

#[tokio::test]
async fn an_asterisk_of_unknown_version_is_tried() {
    let fake = Fake::start().await;
    fake.with_faults(|faults| "GIT-22-abc".clone_into(&mut faults.version));
    let mut listener = Listener::of(&fake.config());
    assert!(listener.up().await.rest_over_websocket);
}

#[tokio::test]
async fn a_consumer_that_falls_behind_loses_the_connection_and_no_event_in_silence() {
    let (fake, mut listener) = connected().await;
    fake.call("c", "", &[]);
    for _ in 0..70_000 {
        fake.press("c", '1');
    }
    eventually("the connection is given up", || !fake.is_connected()).await;
    let mut events = 0_u32;
    let why = loop {
        match listener.next().await {
            Wire::Event { .. } => events += 1,
            Wire::Down { why } => break why,
            other => panic!("{other:?}"),
        }
    };
    assert!(why.contains("faster than they"), "{why}");
    assert!(events >= 65_000, "{events} were kept in order before the loss was told");
    listener.up().await;
}

#[tokio::test]
async fn shutdown_says_goodbye() {
    let (fake, mut listener) = connected().await;
    listener.shutdown.cancel();
    within(listener.task).await.expect("it ended");
    assert!(listener.wire.recv().await.is_none());
    eventually("Asterisk knows", || !fake.is_connected()).await;
    assert_eq!(listener.client.ping().await, Err(AriError::NotConnected));
}

#[tokio::test]
async fn a_thousand_commands_at_once() {
    let (fake, mut listener) = connected().await;
    fake.call("c", "", &[]);
    listener.event().await;
    let commands: Vec<_> = (0..1_000)
        .map(|number| {
            let client = listener.client.clone();
            tokio::spawn(async move {
                if number % 10 == 0 {
                    client.set_variable(&id("c"), "X", "1", false).await
                } else {
                    client.ping().await
                }
            })
        })
        .collect();
    for command in commands {
        within(command).await.expect("no panic").expect("answered");
    }
    assert_eq!(fake.commands().len(), 100);
}
