//! What keeps one bad call from being more than one bad call.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::future::{BoxFuture, join_all};
use serde_json::{Value, json};
use stasisd::{
    calls::{BargeIn, Conversation, Gather, Intercom, Leg, Line, Prompt, Said, SayError, Take},
    config::Config,
    model::{ChannelId, NoticeKind, Stop},
    tts::{Audio, Speech, Voice, VoiceError},
};
use tokio::sync::Notify;

use crate::{
    desk::{Desk, record},
    fake_asterisk::Fake,
    listener::{Listener, eventually, within},
};

const NOW: Duration = Duration::ZERO;

/// A conversation that is written where it is used.
struct Held<F>(F);

impl<F> Conversation for Held<F>
where
    F: for<'a> FnMut(&'a mut Leg) -> BoxFuture<'a, Result<(), Stop>> + Send,
{
    fn talk<'a>(&'a mut self, leg: &'a mut Leg, _: Take) -> BoxFuture<'a, Result<(), Stop>> {
        (self.0)(leg)
    }
}

fn held<F>(talk: F) -> Held<F>
where
    F: for<'a> FnMut(&'a mut Leg) -> BoxFuture<'a, Result<(), Stop>> + Send,
{
    Held(talk)
}

#[tokio::test]
async fn a_conversation_that_panics_is_settled_once_and_its_caller_reaches_the_fallback() {
    let mut desk = Desk::open(|_| {}).await;
    let panics = held(|_| Box::pin(async { panic!("a panic that the test wants") }));
    within(desk.converse(record("c1", NOW), panics, Take::Anew)).await.expect("the scope does not panic");
    assert!(desk.handed_back("c1"), "{:?}", desk.told("c1"));
    assert_eq!(desk.door.services.registry.count(), 0);
    let ended = desk.notice(NoticeKind::CallEnded).await;
    assert_eq!(ended.data["disposition"], "handed_back", "{ended:?}");
    assert_eq!(desk.unread(NoticeKind::CallEnded), 0, "one record, one end");
}

fn for_ever(leg: &mut Leg) -> BoxFuture<'_, Result<(), Stop>> {
    Box::pin(async move {
        loop {
            leg.pause(Duration::from_secs(600)).await?;
        }
    })
}

#[tokio::test]
async fn a_conversation_that_never_ends_is_ended() {
    let mut desk = Desk::open(|config| config.calls.max_duration_secs = 1).await;
    let listens = desk.converse(record("c1", NOW), held(for_ever), Take::Anew);
    // One that waits for something of its own, and hears nothing of its call.
    let deaf = held(|_| Box::pin(std::future::pending()));
    let deaf = desk.converse(record("c2", NOW), deaf, Take::Anew);
    within(listens).await.unwrap();
    within(deaf).await.unwrap();
    assert!(desk.handed_back("c1") && desk.handed_back("c2"), "{:?}", desk.fake.commands());
    for _ in 0..2 {
        assert_eq!(desk.notice(NoticeKind::CallEnded).await.data["detail"], "deadline: stasisd-fallback,s,1");
    }
}

#[tokio::test]
async fn a_call_that_is_taken_up_has_no_more_time_than_before() {
    let desk = Desk::open(|config| config.calls.max_duration_secs = 3600).await;
    let long = desk.converse(record("old", Duration::from_secs(3601)), held(for_ever), Take::Up);
    let short = desk.converse(record("new", Duration::from_secs(60)), held(for_ever), Take::Up);
    within(long).await.unwrap();
    assert!(desk.handed_back("old"), "{:?}", desk.told("old"));
    assert!(!short.is_finished() && !desk.handed_back("new"), "{:?}", desk.told("new"));
}

#[tokio::test]
async fn a_flooded_inbox_ends_its_call_and_no_other() {
    let mut desk = Desk::open(|_| {}).await;
    let read = Arc::new(Notify::new());
    let waits = read.clone();
    let stuck = held(move |leg| {
        let waits = waits.clone();
        Box::pin(async move {
            waits.notified().await;
            leg.pause(Duration::from_secs(600)).await
        })
    });
    let stuck = desk.converse(record("flooded", NOW), stuck, Take::Anew);
    let other = desk.converse(record("other", NOW), held(for_ever), Take::Anew);
    for _ in 0..300 {
        desk.fake.press("flooded", '5');
    }
    // The events of one connection come in order: when the last one is there, all are.
    desk.fake.hang_up("other");
    within(other).await.unwrap();
    assert_eq!(desk.notice(NoticeKind::CallEnded).await.data["disposition"], "hung_up");
    read.notify_one();
    within(stuck).await.unwrap();
    let ended = desk.notice(NoticeKind::CallEnded).await;
    assert_eq!(ended.data["disposition"], "handed_back", "{ended:?}");
    assert!(ended.data["detail"].as_str().unwrap().starts_with("overrun"), "{ended:?}");
    assert!(desk.handed_back("flooded"));
}

#[tokio::test]
async fn double_late_and_reordered_events_change_nothing() {
    let mut desk = Desk::open(|_| {}).await;
    desk.fake.with_faults(|faults| faults.playback = Duration::from_millis(300));
    let whole = Arc::new(AtomicBool::new(false));
    let heard = whole.clone();
    let talks = held(move |leg| {
        let heard = heard.clone();
        Box::pin(async move {
            leg.answer().await?;
            let prompt = Prompt {
                language: "en".to_owned(),
                recorded: vec!["welcome".to_owned()],
                ..Prompt::default()
            };
            heard.store(leg.say(&prompt, BargeIn::Never).await? == Said::Whole, Ordering::SeqCst);
            let wait = Duration::from_secs(600);
            leg.gather(&Gather { max: 1, terminator: None, first: wait, between: wait }).await?;
            leg.hang_up().await
        })
    });
    let call = desk.converse(record("c1", NOW), talks, Take::Anew);
    let plays = || desk.told("c1").contains(&"POST play".to_owned());
    eventually("it plays", plays).await;
    // The end of another playback, of an earlier life; and the channel enters once more.
    desk.fake.late_playback("PlaybackFinished", "an-older-one", "c1");
    desk.fake.repeat("StasisStart", "c1");
    eventually("all is heard", || whole.load(Ordering::SeqCst)).await;
    desk.fake.late_playback("PlaybackFinished", "an-older-one", "c1");
    assert_eq!(desk.door.services.registry.count(), 1, "the second start is no second call");
    // The end in the wrong order, and each part twice.
    for kind in ["ChannelDestroyed", "ChannelDestroyed", "StasisEnd", "ChannelHangupRequest", "StasisEnd"] {
        desk.fake.repeat(kind, "c1");
    }
    within(call).await.unwrap();
    assert_eq!(desk.notice(NoticeKind::CallEnded).await.data["disposition"], "hung_up");
    // Late ones of a call that is no more.
    desk.fake.repeat("StasisEnd", "c1");
    desk.fake.repeat("ChannelDestroyed", "c1");
    let next = desk.converse(record("c2", NOW), held(for_ever), Take::Anew);
    desk.fake.hang_up("c2");
    within(next).await.unwrap();
    let ended = desk.notice(NoticeKind::CallEnded).await;
    assert_eq!(ended.call, Some(record("c2", NOW).id), "the first one ends once");
}

#[tokio::test]
async fn a_channel_that_leaves_and_comes_back_at_once_is_another_call() {
    let mut desk = Desk::open(|_| {}).await;
    assert!(desk.fake.call("c1", "+34600000001", &[]));
    let first = desk.notice(NoticeKind::CallStarted).await.call;
    {
        // In one go: the first call has not noticed yet that it has lost its channel.
        let mut world = desk.fake.world();
        world.leave("c1");
        assert!(world.enter("c1", &[]));
    }
    let second = desk.notice(NoticeKind::CallStarted).await.call;
    assert_ne!(first, second);
    assert_eq!(desk.notice(NoticeKind::CallEnded).await.call, first);
    eventually("only the second one is up", || {
        let live = desk.door.services.registry.live();
        live.len() == 1 && Some(live[0].id) == second
    })
    .await;
    assert!(desk.door.services.registry.knows(&ChannelId::from("c1")), "it hears its events");
    desk.fake.hang_up("c1");
    assert_eq!(desk.notice(NoticeKind::CallEnded).await.call, second);
}

#[tokio::test]
async fn more_calls_than_may_wait_for_their_answer_are_refused_at_once() {
    let mut desk = Desk::open(|config| config.calls.max_starting = 2).await;
    // Asterisk is slow: each answer takes its time.
    desk.fake.with_faults(|faults| faults.delay = Duration::from_millis(400));
    for id in ["c1", "c2", "c3"] {
        assert!(desk.fake.call(id, "+34600000001", &[]));
    }
    assert_eq!(desk.notice(NoticeKind::CallRefused).await.data, json!({ "why": "overloaded" }));
    eventually("it is handed back", || desk.handed_back("c3")).await;
    eventually("the others are answered", || {
        ["c1", "c2"].iter().all(|id| desk.told(id).contains(&"POST answer".to_owned()))
    })
    .await;
    // There is room again when they have been.
    let answered = || {
        let live = desk.door.services.registry.live();
        live.iter().filter(|record| record.answered_at.is_some()).count()
    };
    eventually("the daemon knows that they are up", || answered() == 2).await;
    assert!(desk.fake.call("c4", "+34600000001", &[]));
    eventually("a fourth one is taken", || answered() == 3).await;
}

/// A `StasisStart` that Asterisk stamped so long ago.
fn start(channel: &str, ago: Duration) -> String {
    let mut frame: Value = serde_json::from_str(include_str!("../fixtures/ari/StasisStart.json")).unwrap();
    let stamp = (jiff::Timestamp::now() - ago).strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string();
    frame["timestamp"] = json!(stamp);
    frame["channel"]["id"] = json!(channel);
    frame.to_string()
}

#[tokio::test]
async fn calls_of_which_we_hear_too_late_are_refused() {
    let mut desk = Desk::open(|_| {}).await;
    desk.fake.send(&start("in-time", NOW));
    desk.notice(NoticeKind::CallStarted).await;
    desk.fake.send(&start("late", Duration::from_secs(3)));
    assert_eq!(desk.notice(NoticeKind::CallRefused).await.data, json!({ "why": "overloaded" }));
    eventually("it is handed back", || desk.handed_back("late")).await;
    assert!(!desk.door.services.registry.knows(&ChannelId::from("late")));
    desk.fake.send(&start("again-in-time", Duration::from_millis(500)));
    desk.notice(NoticeKind::CallStarted).await;
}

#[tokio::test]
async fn at_most_sixteen_connections_serve_all_http_commands() {
    let fake = Fake::start().await;
    fake.with_faults(|faults| {
        faults.rest_over_websocket = false;
        faults.delay = Duration::from_millis(30);
    });
    let mut listener = Listener::of(&fake.config());
    listener.up().await;
    fake.world().most_at_once = 0;
    let channel = ChannelId::from("nobody");
    let answers = join_all((0..200).map(|_| listener.client.channel(&channel))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Ok(None))), "{answers:?}");
    assert_eq!(fake.world().most_at_once, 16);
}

/// Makes the second part of a text when it is told to.
#[derive(Default)]
struct Slow(Notify);

impl Voice for Slow {
    fn name(&self) -> &'static str {
        "slow"
    }

    fn speaks(&self, _lang: &str) -> bool {
        true
    }

    fn key(&self, _lang: &str) -> String {
        "slow 1".to_owned()
    }

    fn parts(&self, text: &str) -> Vec<String> {
        text.split_inclusive('.').map(|part| part.trim().to_owned()).collect()
    }

    fn render<'a>(&'a self, text: &'a str, _lang: &'a str) -> BoxFuture<'a, Result<Audio, VoiceError>> {
        Box::pin(async move {
            if !text.starts_with("First") {
                self.0.notified().await;
            }
            Ok(Audio { rate: 8000, samples: (0..8000).map(|n| (n % 97) * 100).collect() })
        })
    }
}

#[tokio::test]
async fn a_long_text_from_outside_is_heard_from_its_first_part_on() {
    let desk = Desk::open(|_| {}).await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::defaults().unwrap().speech;
    config.cache_directory = folder.path().to_owned();
    (config.lexicon, config.render_timeout_ms) = (std::path::PathBuf::new(), 8_000);
    let voice = Arc::new(Slow::default());
    let mut services = desk.door.services.clone();
    services.speech = Speech::with_voices(&config, "http://127.0.0.1:1/", vec![voice.clone()]).unwrap();
    let intercom = Intercom::new(services, desk.door.tracker.clone());
    let mut answered = record("c1", NOW);
    let id = answered.id;
    assert_eq!(intercom.say(id, "First.", None).await, Err(SayError::NotLive));
    answered.answered_at = Some(answered.started_at);
    let talk = desk.converse(answered, held(for_ever), Take::Anew);
    within(intercom.say(id, "First of all. Second of all. Third of all.", None)).await.unwrap();
    let plays = || desk.told("c1").iter().filter(|told| *told == "POST play").count();
    assert_eq!(plays(), 1, "while the others are not made");
    // The next text waits until this one is with Asterisk.
    let next = intercom.say(id, "First again.", None);
    let (next, ()) = futures_util::future::join(within(next), async {
        for parts in 2..=3 {
            voice.0.notify_one();
            eventually("the next part is played", || plays() >= parts).await;
        }
    })
    .await;
    next.unwrap();
    assert_eq!(plays(), 4);
    desk.fake.hang_up("c1");
    within(talk).await.unwrap();
}
