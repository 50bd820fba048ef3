//! The event stream: resumed without gap or double, also under load and for the slow.

use std::{future::Future, time::Duration};

use http_body_util::BodyExt;
use hyper::{Method, body::Incoming};
use serde_json::{Value, json};
use stasisd::{
    feed::Feed,
    http::Scope,
    model::{CallId, NoticeKind},
    storage::Store,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    app::{App, Setup},
    client::Actor,
    pretend::call,
    wait::eventually,
};

/// An open stream, read event by event.
pub struct Watcher {
    body: Incoming,
    text: String,
}

/// One event: its id, its name, its data.
#[derive(Debug)]
pub struct Event {
    id: i64,
    pub name: String,
    pub data: Value,
}

impl Watcher {
    pub async fn open(actor: &Actor, query: &str) -> Self {
        let response = actor.open(Method::GET, &format!("/v1/events{query}"), "".into()).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut watcher = Self { body: response.into_body(), text: String::new() };
        assert_eq!(watcher.block().await.as_deref(), Some("retry: 2000"), "it starts watching first");
        watcher
    }

    /// The next event that has data; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| block.lines().find_map(|l| l.strip_prefix(name).map(str::to_owned));
            let Some(data) = field("data: ") else { continue };
            return Some(Event {
                id: field("id: ").unwrap().parse().unwrap(),
                name: field("event: ").unwrap(),
                data: serde_json::from_str(&data).unwrap(),
            });
        }
    }

    async fn take(&mut self, count: usize) -> Vec<Event> {
        let mut events = Vec::new();
        while events.len() < count {
            events.push(self.next().await.expect("the stream goes on"));
        }
        events
    }

    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            let frame = soon(self.body.frame()).await?.unwrap();
            self.text.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }
}

async fn soon<T>(work: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(20), work).await.expect("it comes soon")
}

/// Posts numbered keys.
fn press(app: &App, numbers: impl IntoIterator<Item = i64>) {
    for n in numbers {
        app.feed.post(NoticeKind::CallKey, Some(call(1).id), json!({"n": n}));
    }
}

fn numbers(events: &[Event]) -> Vec<i64> {
    events.iter().map(|e| e.data["data"]["n"].as_i64().unwrap()).collect()
}

/// Waits until the journal has written what was posted.
async fn stored(app: &App) {
    let newest = app.feed.newest();
    let ask = async || app.store.events_after(newest - 1, 1).await.unwrap().len();
    eventually(ask, |n| *n == 1).await;
}

#[tokio::test]
async fn what_happens_is_seen_at_once() {
    let app = App::start().await;
    let mut watcher = Watcher::open(&app.actor(&[Scope::EventsRead]).await, "").await;
    let shop = app.shop().await;
    shop.put("/v1/orders/A", json!({"phones": [], "status": "sent", "version": 1})).await.is(201);
    let event = watcher.next().await.unwrap();
    assert_eq!(event.name, "order.changed");
    assert_eq!(event.data["kind"], "order.changed");
    assert_eq!(event.data["id"], event.id);
    assert_eq!(event.data["data"]["id"], "A");
}

#[tokio::test]
async fn a_stream_resumes_after_the_last_id_or_a_given_one() {
    let app = App::start().await;
    let actor = app.admin().await;
    press(&app, 0..10);
    stored(&app).await;
    let mut watcher = Watcher::open(&actor, "?after=0").await;
    let all = watcher.take(10).await;
    assert_eq!(numbers(&all), (0..10).collect::<Vec<_>>());
    drop(watcher);

    let last = actor.with("last-event-id", &all[4].id.to_string());
    let mut watcher = Watcher::open(&last, "?after=0").await;
    assert_eq!(numbers(&watcher.take(5).await), (5..10).collect::<Vec<_>>(), "the header goes before");
    press(&app, 10..12);
    assert_eq!(numbers(&watcher.take(2).await), [10, 11]);
    actor.with("last-event-id", "x").get("/v1/events").await.blames("Last-Event-ID");
}

#[tokio::test]
async fn the_journals_lag_makes_no_gap() {
    let app = App::start().await;
    let actor = app.admin().await;
    for round in 0..20 {
        press(&app, [2 * round]);
        // What was just posted is not stored yet.
        let mut watcher = Watcher::open(&actor, "?after=0").await;
        press(&app, [2 * round + 1]);
        let count = usize::try_from(2 * round + 2).unwrap();
        assert_eq!(numbers(&watcher.take(count).await), (0..2 * round + 2).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reconnecting_under_load_has_neither_gap_nor_double() {
    const EVENTS: i64 = 20_000;
    let app = App::start().await;
    let actor = app.admin().await;
    let feed = app.feed.clone();
    let posting = tokio::spawn(async move {
        for n in 0..EVENTS {
            feed.post(NoticeKind::CallKey, None, json!({"n": n}));
            if n % 50 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
    });
    let (mut seen, mut last, mut connections) = (Vec::new(), 0, 0);
    while seen.len() < usize::try_from(EVENTS).unwrap() {
        let resumed = actor.with("last-event-id", &last.to_string());
        let mut watcher = Watcher::open(&resumed, "").await;
        connections += 1;
        for _ in 0..1_500 {
            if seen.len() == usize::try_from(EVENTS).unwrap() {
                break;
            }
            let event = watcher.next().await.unwrap();
            assert_eq!(event.name, "call.key", "{event:?}");
            assert!(event.id > last);
            last = event.id;
            seen.push(event.data["data"]["n"].as_i64().unwrap());
        }
    }
    posting.await.unwrap();
    assert!(connections >= 10, "{connections}");
    assert_eq!(seen, (0..EVENTS).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_reader_slower_than_the_feed_is_deep_misses_nothing() {
    const EVENTS: i64 = 30_000;
    let app = App::start().await;
    let actor = app.admin().await;
    // A small window and large events, so that they do not fit into the kernel's buffers.
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(32_768).unwrap();
    let mut stream = socket.connect(app.address).await.unwrap();
    let token = actor.token.as_deref().unwrap();
    let request = format!("GET /v1/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = vec![0; 1024];
    let read = soon(stream.read(&mut text)).await.unwrap();
    assert!(text[..read].starts_with(b"HTTP/1.1 200 "));

    let text = "x".repeat(500);
    for n in 0..EVENTS {
        app.feed.post(NoticeKind::CallKey, None, json!({"a": text, "n": n}));
        if n % 5_000 == 4_999 {
            stored(&app).await;
        }
    }

    let mut body = Vec::new();
    let mut piece = vec![0; 65_536];
    let end = format!("\"n\":{}}}", EVENTS - 1);
    while !contains(&body[body.len().saturating_sub(70_000)..], end.as_bytes()) {
        let read = soon(stream.read(&mut piece)).await.unwrap();
        assert_ne!(read, 0, "the stream goes on");
        body.extend_from_slice(&piece[..read]);
    }
    let text = String::from_utf8_lossy(&body).replace("\r\n", "");
    assert!(!text.contains("event: gap"));
    assert_eq!(text.matches("event: call.key").count(), usize::try_from(EVENTS).unwrap());
}

fn contains(text: &[u8], needle: &[u8]) -> bool {
    text.windows(needle.len()).any(|window| window == needle)
}

#[tokio::test]
async fn what_is_no_longer_kept_is_told_as_a_gap() {
    let app = App::start().await;
    let actor = app.admin().await;
    press(&app, 0..3);
    stored(&app).await;
    let oldest = app.store.oldest_event().await.unwrap().unwrap();

    let mut watcher = Watcher::open(&actor, &format!("?after={}", oldest - 1000)).await;
    let gap = watcher.next().await.unwrap();
    assert_eq!((gap.name.as_str(), gap.id), ("gap", oldest - 1));
    assert_eq!(gap.data["after"], oldest - 1000);
    assert_eq!(gap.data["resume"], oldest - 1);
    assert_eq!(numbers(&watcher.take(3).await), [0, 1, 2]);

    let mut watcher = Watcher::open(&actor, &format!("?after={}", app.feed.newest() + 5)).await;
    let gap = watcher.next().await.unwrap();
    assert_eq!((gap.name.as_str(), gap.id), ("gap", app.feed.newest()), "an id of another database");
    press(&app, [3]);
    assert_eq!(numbers(&watcher.take(1).await), [3]);
}

#[tokio::test]
async fn what_was_never_stored_is_told_as_a_gap_and_the_stream_goes_on() {
    let setup = Setup::default();
    let store = Store::open(&setup.storage).await.unwrap();
    // No journal writes what the feed says.
    let app = App::on(setup, store, Feed::new(), CancellationToken::new()).await;
    press(&app, 0..3);
    let mut watcher = Watcher::open(&app.admin().await, "?after=0").await;
    press(&app, [3]);
    let gap = watcher.next().await.unwrap();
    assert_eq!((gap.name.as_str(), gap.data["after"].as_i64()), ("gap", Some(0)));
    assert_eq!(gap.id, app.feed.newest() - 1);
    assert_eq!(numbers(&watcher.take(1).await), [3]);
}

#[tokio::test]
async fn streams_are_filtered_by_kind_and_call() {
    let app = App::start().await;
    let actor = app.admin().await;
    let mut ends = Watcher::open(&actor, "?kind=call.ended,order.*").await;
    let mut one = Watcher::open(&actor, &format!("?kind=call.*&call={}", call(2).id)).await;
    let post = |kind, of: Option<CallId>| app.feed.post(kind, of, json!({}));
    post(NoticeKind::CallStarted, Some(call(1).id));
    post(NoticeKind::CallStarted, Some(call(2).id));
    post(NoticeKind::AriLost, None);
    post(NoticeKind::OrderChanged, None);
    post(NoticeKind::CallEnded, Some(call(1).id));
    post(NoticeKind::CallEnded, Some(call(2).id));
    let names = |events: Vec<Event>| events.into_iter().map(|e| e.name).collect::<Vec<_>>();
    assert_eq!(names(ends.take(3).await), ["order.changed", "call.ended", "call.ended"]);
    assert_eq!(names(one.take(2).await), ["call.started", "call.ended"]);
    actor.get("/v1/events?kind=CALL").await.blames("kind");
    actor.get("/v1/events?call=1").await.blames("call");
    actor.get("/v1/events?since=1").await.is_problem(400, "invalid_query");
}

#[tokio::test]
async fn streams_are_bounded_and_their_places_free_again() {
    let mut setup = Setup::default();
    setup.http.max_streams = 2;
    let app = App::with(setup).await;
    let actor = app.admin().await;
    let first = Watcher::open(&actor, "").await;
    let _second = Watcher::open(&actor, "").await;
    let refused = actor.get("/v1/events").await;
    refused.is_problem(503, "too_many_streams");
    assert!(refused.header("retry-after").is_some());
    drop(first);
    let status = async || actor.open(Method::GET, "/v1/events", "".into()).await.status().as_u16();
    eventually(status, |status| *status == 200).await;
}

#[tokio::test]
async fn shutdown_ends_the_streams() {
    let mut app = App::start().await;
    let actor = app.admin().await;
    let mut watcher = Watcher::open(&actor, "").await;
    press(&app, [1]);
    watcher.next().await.unwrap();
    app.shutdown.cancel();
    assert!(watcher.next().await.is_none(), "it ends properly");
    soon(&mut app.served).await.unwrap();
}
