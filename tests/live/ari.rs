//! The ARI client on a real Asterisk: every request once, and what it does when Asterisk stalls, dies or is shared.

use std::{
    collections::BTreeMap,
    future::Future,
    time::{Duration, Instant},
};

use stasisd::{
    ari::{AriError, Client, EVENTS_USED, Event, Hello, Originate, RecordTo, Version, Wire, connect},
    config::AriConfig,
    model::ChannelId,
};
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::support::{rig::Rig, wait::eventually};

const APP: &str = "ari-test";
const SOON: Duration = Duration::from_secs(10);

struct Listener {
    client: Client,
    wire: mpsc::Receiver<Wire>,
    _shutdown: tokio_util::sync::DropGuard,
}

fn config(rig: &Rig) -> AriConfig {
    AriConfig {
        url: rig.ari_url().to_owned(),
        user: "stasisd".to_owned(),
        password: Some(rig.ari_password().into()),
        password_file: None,
        app: APP.to_owned(),
        ca_file: None,
        connect_timeout_ms: 3_000,
        request_timeout_ms: 3_000,
        heartbeat_secs: 8,
        backoff_min_ms: 50,
        backoff_max_ms: 500,
        rest_over_websocket: true,
        http_pool: 16,
    }
}

impl Listener {
    fn of(config: &AriConfig) -> Self {
        let shutdown = CancellationToken::new();
        let (client, wire, _) = connect(config, shutdown.clone()).expect("a good configuration");
        Self { client, wire, _shutdown: shutdown.drop_guard() }
    }

    async fn up(&mut self) -> Hello {
        let up = timeout(Duration::from_secs(60), async {
            loop {
                match self.wire.recv().await.expect("the wire goes on") {
                    Wire::Up(hello) => return hello,
                    Wire::Replaced => panic!("replaced"),
                    _ => {}
                }
            }
        });
        up.await.expect("up in time")
    }

    async fn down(&mut self, within: Duration) -> String {
        let down = timeout(within, async {
            loop {
                if let Wire::Down { why } = self.wire.recv().await.expect("the wire goes on") {
                    return why;
                }
            }
        });
        down.await.expect("down in time")
    }

    /// Waits for an event that fits, past others.
    async fn event<T>(&mut self, what: &str, fits: impl Fn(&Event) -> Option<T>) -> T {
        let found = timeout(SOON, async {
            loop {
                match self.wire.recv().await.expect("the wire goes on") {
                    Wire::Event { event, at, .. } => {
                        assert!(matches!(event, Event::Unknown { .. }) || at.time().is_some(), "{event:?}");
                        if let Some(found) = fits(&event) {
                            return found;
                        }
                    }
                    other => panic!("waiting for {what}: {other:?}"),
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("no {what}"))
    }

    /// Dials `number` of the rig's people into the application.
    async fn dials(&mut self, channel: &ChannelId, number: &str) {
        let endpoint = format!("Local/{number}@rig-people/n");
        let call = call(channel, &endpoint);
        let made = self.client.originate(&call).await.expect("originated");
        assert_eq!(&made.id, channel);
    }

    async fn enters(&mut self, channel: &ChannelId) {
        self.event("StasisStart", |event| match event {
            Event::StasisStart { channel: entered, .. } if entered.id == *channel => Some(()),
            _ => None,
        })
        .await;
    }
}

fn call<'a>(channel_id: &'a ChannelId, endpoint: &'a str) -> Originate<'a> {
    Originate {
        channel_id,
        endpoint,
        app: APP,
        app_args: Some("one,two words"),
        caller_id: Some("\"Al é\" <4930123>"),
        timeout_secs: 3,
        variables: BTreeMap::from([("ODD".to_owned(), "1,2;3\" é & ${X}".to_owned())]),
    }
}

fn id(text: &str) -> ChannelId {
    ChannelId::from(text)
}

fn media(name: &str) -> Vec<String> {
    vec![format!("sound:{name}")]
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    timeout(SOON, what).await.expect("in time")
}

fn ends(event: &Event, channel: &ChannelId) -> Option<(i32, Option<i32>)> {
    match event {
        Event::ChannelDestroyed { channel: ended, cause, tech_cause, .. } if ended == channel => {
            Some((*cause, *tech_cause))
        }
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_on_a_channel() {
    let rig = Rig::start("ari-channel");
    let mut ari = Listener::of(&config(&rig));
    let hello = ari.up().await;
    assert!(hello.asterisk_version.is_supported());
    assert_eq!(Some(hello.rest_over_websocket), hello.asterisk_version.rest_over_websocket());
    let channel = id("odd id/with?things;é");
    ari.dials(&channel, "answers").await;
    ari.enters(&channel).await;
    let client = ari.client.clone();
    client.answer(&channel).await.expect("answer is harmless on an answered channel");
    let shown = client.channel(&channel).await.expect("a look").expect("it is there");
    assert_eq!(
        (shown.state.as_str(), shown.caller.number.as_str(), shown.caller.name.as_str()),
        ("Up", "4930123", "Al é")
    );
    assert_eq!(shown.dialplan.app_name, "Stasis");
    assert!(client.channels().await.expect("a look").contains(&shown));

    client.play(&channel, "p/1", &media("demo-congrats"), "en").await.expect("play");
    let started = |event: &Event| {
        matches!(event, Event::PlaybackStarted { playback } if playback.id == "p/1").then_some(())
    };
    ari.event("PlaybackStarted", started).await;
    assert_eq!(
        client.playback("p/1").await.expect("a look").expect("it plays").channel,
        Some(channel.clone())
    );
    client.stop_playback("p/1").await.expect("stop");
    let finished = |event: &Event| match event {
        Event::PlaybackFinished { playback } if playback.id == "p/1" => Some(playback.state.clone()),
        _ => None,
    };
    assert_eq!(ari.event("PlaybackFinished", finished).await, "done");
    // The event is told shortly before the playback goes.
    let _gone = eventually(|| client.playback("p/1"), |look| *look == Ok(None)).await;
    client.play(&channel, "p2", &media("there-is-no-such-sound"), "en").await.expect("accepted");
    let failed = |event: &Event| {
        matches!(event, Event::PlaybackFinished { playback } if playback.state == "failed").then_some(())
    };
    ari.event("a failed playback", failed).await;

    let value = "1,2;3 é&=+%";
    client.set_variable(&channel, "STASISD_OWNER", value, true).await.expect("set");
    assert_eq!(client.get_variable(&channel, "STASISD_OWNER").await.expect("a look").as_deref(), Some(value));
    assert_eq!(
        client.get_variable(&channel, "ODD").await.expect("a look").as_deref(),
        Some("1,2;3\" é & ${X}")
    );
    assert_eq!(client.get_variable(&channel, "NEVER_SET").await, Ok(None));
    assert_eq!(
        client.get_variable(&channel, "CALLERID(num)").await.expect("a look").as_deref(),
        Some("4930123")
    );
    if hello.asterisk_version.to_string().starts_with("22.10.1") {
        let shown = client.channel(&channel).await.expect("a look").expect("it is there");
        assert_eq!(shown.channelvars.get("STASISD_OWNER").map(String::as_str), Some(value));
    }
    client.send_dtmf(&channel, "1*").await.expect("dtmf");
    client.ring(&channel).await.expect("ring");
    client.ring_stop(&channel).await.expect("ring stop");
    client.hold(&channel).await.expect("hold");
    client.unhold(&channel).await.expect("unhold");
    client.moh_start(&channel, None).await.expect("moh");
    client.moh_stop(&channel).await.expect("moh stop");

    let to = RecordTo {
        name: "ari/test",
        format: "wav",
        max_duration_secs: 5,
        max_silence_secs: 0,
        beep: false,
        terminate_on: "#",
    };
    client.record(&channel, &to).await.expect("record");
    ari.event("RecordingStarted", |event| {
        matches!(event, Event::RecordingStarted { recording } if recording.name == "ari/test").then_some(())
    })
    .await;
    client.stop_recording("ari/test").await.expect("stop recording");
    ari.event("RecordingFinished", |event| {
        matches!(event, Event::RecordingFinished { recording } if recording.channel == Some(channel.clone()))
            .then_some(())
    })
    .await;

    let refused =
        client.redirect(&channel, "PJSIP/sip:nobody@127.0.0.1").await.expect_err("another technology");
    assert!(matches!(refused, AriError::Refused { status: 422, .. }), "{refused}");
    client.hang_up(&channel, Some(21)).await.expect("hang up");
    assert_eq!(ari.event("ChannelDestroyed", |event| ends(event, &channel)).await.0, 21);
    assert!(client.hang_up(&channel, None).await.expect_err("gone").is_gone());
    assert_eq!(client.channel(&channel).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread")]
async fn dialling_bridges_and_leaving() {
    let rig = Rig::start("ari-dial");
    let mut ari = Listener::of(&config(&rig));
    ari.up().await;
    let client = ari.client.clone();
    // What was busy is told by the dialling, who did not answer by the cause.
    for number in ["busy", "silent"] {
        let channel = id(number);
        ari.dials(&channel, number).await;
        let over = |event: &Event| match event {
            Event::Dial { peer, dialstatus, .. } if *peer == channel => (dialstatus == "BUSY").then_some(()),
            Event::ChannelDestroyed { channel: gone, cause: 19, .. } if *gone == channel => Some(()),
            _ => None,
        };
        ari.event(number, over).await;
        // `Dial` is told shortly before the channel goes.
        let _gone = eventually(|| client.channel(&channel), |look| *look == Ok(None)).await;
    }
    let (one, two) = (id("one"), id("two"));
    ari.dials(&one, "answers").await;
    ari.enters(&one).await;
    let twice = client.originate(&call(&one, "Local/answers@rig-people/n")).await.expect_err("a duplicate");
    assert!(matches!(twice, AriError::Refused { status: 409, .. }), "{twice}");
    client.create(&call(&two, "Local/answers@rig-people/n")).await.expect("create");
    ari.enters(&two).await;
    assert_eq!(client.channel(&two).await.expect("a look").expect("there").caller.number, "4930123");
    let early = client.answer(&two).await.expect_err("it was not dialled yet");
    assert!(matches!(early, AriError::Refused { status: 412, .. }), "{early}");
    client.hang_up(&two, None).await.expect("hang up");
    let two = id("other");
    ari.dials(&two, "answers").await;
    ari.enters(&two).await;

    client.create_bridge("b/1", "mixing").await.expect("bridge");
    client.add_to_bridge("b/1", &[one.clone(), two.clone()]).await.expect("add");
    let bridge = client.bridge("b/1").await.expect("a look").expect("there");
    assert_eq!(bridge.channels.len(), 2);
    assert!(client.add_to_bridge("b/1", &[id("nobody")]).await.expect_err("nobody").is_gone());
    client.remove_from_bridge("b/1", std::slice::from_ref(&two)).await.expect("remove");
    client.destroy_bridge("b/1").await.expect("destroy");
    // It is taken apart on a thread of its own.
    let _gone = eventually(|| client.bridge("b/1"), |look| *look == Ok(None)).await;
    let app = client.application(APP).await.expect("a look").expect("registered");
    assert!(app.channel_ids.contains(&one) && app.channel_ids.contains(&two), "{app:?}");

    client.continue_in(&one, "rig-people", "silent", 1).await.expect("continue");
    let left = |event: &Event| matches!(event, Event::StasisEnd { channel } if *channel == one).then_some(());
    ari.event("StasisEnd", left).await;
    assert!(client.answer(&one).await.expect_err("it left").is_gone());
    for channel in [&one, &two] {
        client.hang_up(channel, None).await.expect("hang up");
    }
    assert_eq!(client.application("nobody-has-this").await, Ok(None));
    assert!(Version::parse(&client.info().await.expect("info").system.version).is_supported());
    client.ping().await.expect("ping");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_channel_holds_nobody_else_up() {
    let rig = Rig::start("ari-stuck");
    let mut ari = Listener::of(&config(&rig));
    ari.up().await;
    ari.client.set_event_filter(APP, &EVENTS_USED, &[]).await.expect("filter");
    ari.client.ping().await.expect("our own answers pass the filter");
    let channel = id("stuck");
    ari.dials(&channel, "answers").await;
    ari.enters(&channel).await;
    ari.client.play(&channel, "long", &media("demo-congrats"), "en").await.expect("play");
    let (client, stuck) = (ari.client.clone(), channel.clone());
    // Asterisk answers this one when the prompt is over.
    let answer = tokio::spawn(async move { client.answer(&stuck).await });
    for _ in 0..50 {
        ari.client.ping().await.expect("not held up");
    }
    assert!(!answer.is_finished(), "the prompt is long");
    ari.client.stop_playback("long").await.expect("stop");
    soon(answer).await.expect("no panic").expect("answered when the prompt was stopped");
    ari.client.hang_up(&channel, None).await.expect("hang up");
}

#[tokio::test(flavor = "multi_thread")]
async fn asterisk_freezes_thaws_and_dies() {
    let rig = Rig::start("ari-die");
    let mut ari = Listener::of(&config(&rig));
    ari.up().await;
    let channel = id("survivor");
    ari.dials(&channel, "answers").await;
    ari.enters(&channel).await;
    rig.freeze();
    let since = Instant::now();
    let why = ari.down(Duration::from_secs(20)).await;
    assert!(why.contains("silent") && since.elapsed() > Duration::from_secs(8), "{why}");
    assert_eq!(ari.client.ping().await, Err(AriError::NotConnected));
    rig.thaw();
    ari.up().await;
    let app = ari.client.application(APP).await.expect("a look").expect("registered");
    assert!(app.channel_ids.contains(&channel), "the call is still ours: {app:?}");
    ari.client.hang_up(&channel, None).await.expect("hang up");
    ari.event("its end on the new socket", |event| ends(event, &channel)).await;
    rig.restart();
    ari.down(SOON).await;
    ari.up().await;
    assert!(ari.client.channels().await.expect("a look").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_password_and_a_second_daemon() {
    let rig = Rig::start("ari-two");
    let mut stranger = Listener::of(&AriConfig { password: Some("wrong".into()), ..config(&rig) });
    let why = stranger.down(SOON).await;
    assert!(why.contains("ari.conf"), "{why}");
    let mut first = Listener::of(&config(&rig));
    first.up().await;
    first.client.set_event_filter(APP, &["StasisStart"], &[]).await.expect("filter");
    let mut second = Listener::of(&config(&rig));
    second.up().await;
    let told = soon(async { first.wire.recv().await }).await;
    assert!(matches!(told, Some(Wire::Replaced)), "{told:?}");
    assert!(first.wire.recv().await.is_none());
    second.client.ping().await.expect("the second one has it");
}
