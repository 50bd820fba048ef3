//! Channels over HTTP: what is posted, and receivers that are busy, gone or rude.

use serde_json::json;
use stasisd::{
    config::{ChannelConfig, Method, Reaches},
    model::{MessageState, NoticeKind},
};

use crate::{
    base::{Base, at, chat, config, people, with_team},
    receiver::{Manner, Receiver, status},
};

const NOON: &str = "2026-11-23T12:00:00";

#[tokio::test]
async fn a_text_is_posted_as_the_template_says() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut base = Base::with(with_team(chat(&receiver.url()))).await;
    let said = base.say("team", "Pizza \"in\" the kitchen!\nñ 🍕 {{ text }}", at(NOON)).await;
    base.turn(at(NOON)).await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line, "POST /told?by=stasisd HTTP/1.1");
    assert_eq!(requests[0].json(), json!({"text": "Pizza \"in\" the kitchen!\nñ 🍕 {{ text }}"}));
    assert_eq!(requests[0].header("idempotency-key"), said.id.to_string());
    assert_eq!(requests[0].header("content-type"), "application/json");
    let sent = base.message(&said).await;
    assert_eq!((sent.state, sent.tries, sent.ended_at), (MessageState::Sent, 1, Some(at(NOON))));
    let [(NoticeKind::MessageSent, data)] = &base.told()[..] else { panic!("told once") };
    assert_eq!(*data, json!({"message": said.id, "kind": "says", "channel": "team", "to": null}));
    base.turn(at(NOON)).await;
    assert_eq!(receiver.requests().len(), 1, "once");
}

#[tokio::test]
async fn a_matrix_room_and_a_person_in_a_chat() {
    let receiver = Receiver::start(status("200 OK")).await;
    let matrix = ChannelConfig {
        method: Some(Method::Put),
        token: Some("hidden".into()),
        headers: [("X-Site".to_owned(), "north".into())].into_iter().collect(),
        body: Some(r#"{"msgtype": "m.text", "body": {{ text }}}"#.to_owned()),
        ..chat(&format!("http://{}/send/{{id}}", receiver.address))
    };
    let mut config = with_team(matrix);
    let direct = ChannelConfig {
        reaches: Some(Reaches::Persons),
        body: Some(r#"{"channel": {{ to.account }}, "text": {{ text }}}"#.to_owned()),
        ..chat(&receiver.url())
    };
    config.messaging.channels.insert("direct".to_owned(), direct);
    config.messaging.person_channels = vec!["direct".to_owned()];
    let base = Base::with(config).await.knows(people());
    let room = base.say("team", "hello", at(NOON)).await;
    base.turn(at(NOON)).await;
    base.say("anna", "hello you", at(NOON)).await;
    base.turn(at(NOON)).await;
    let [matrix, person] = &receiver.requests()[..] else { panic!("two") };
    assert_eq!(matrix.line, format!("PUT /send/{} HTTP/1.1", room.id));
    assert_eq!((matrix.header("authorization"), matrix.header("x-site")), ("Bearer hidden", "north"));
    assert_eq!(matrix.json(), json!({"msgtype": "m.text", "body": "hello"}));
    assert_eq!(person.json(), json!({"channel": "U201", "text": "hello you"}));
}

/// Busy is tried again, as long as it means something; gone is gone.
#[tokio::test]
async fn receivers_that_are_busy_or_gone() {
    let receiver = Receiver::start(status("503 Busy")).await;
    let mut base = Base::with(with_team(chat(&receiver.url()))).await;
    let said = base.say("team", "a", at(NOON)).await;
    base.turn(at(NOON)).await;
    let waiting = base.message(&said).await;
    assert_eq!((waiting.state, waiting.trying_since), (MessageState::Waiting, None));
    assert_eq!(waiting.detail.as_deref(), Some("the answer was 503"));
    assert!(waiting.next_at > at(NOON) && waiting.next_at <= at("2026-11-23T12:00:05"), "{waiting:?}");
    base.turn(at(NOON)).await;
    assert_eq!(receiver.requests().len(), 1, "not yet");
    receiver.behave(status("200 OK"));
    base.turn(at("2026-11-23T12:00:05")).await;
    assert_eq!(base.message(&said).await.state, MessageState::Sent);
    let ids: Vec<_> = receiver.requests().iter().map(|r| r.header("idempotency-key").to_owned()).collect();
    assert_eq!(ids, [said.id.to_string(), said.id.to_string()]);

    receiver.behave(status("404 Not Found"));
    let lost = base.say("team", "b", at(NOON)).await;
    base.turn(at(NOON)).await;
    let lost = base.message(&lost).await;
    assert_eq!((lost.state, lost.detail.as_deref()), (MessageState::Failed, Some("the answer was 404")));
    let told = base.told();
    let (kind, data) = told.last().unwrap();
    assert_eq!((*kind, &data["why"]), (NoticeKind::MessageFailed, &json!("the answer was 404")));
}

#[tokio::test]
async fn one_that_wants_to_be_left_alone_is_and_in_the_end_it_is_given_up() {
    let busy = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 600\r\ncontent-length: 0\r\n\r\n";
    let receiver = Receiver::start(Manner::Says(busy.to_owned())).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await;
    let said = base.say("team", "a", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(base.message(&said).await.next_at, at("2026-11-23T12:10:00"));
    base.turn(at("2026-11-23T12:10:00")).await;
    assert_eq!(receiver.requests().len(), 2);
    base.turn(at("2026-11-23T13:00:01")).await;
    let over = base.message(&said).await;
    assert_eq!((over.state, receiver.requests().len()), (MessageState::Failed, 2));
}

/// Nobody is there, nobody answers, and somewhere else than at a public address.
#[tokio::test]
async fn nowhere() {
    let gone = Receiver::start(status("200 OK")).await.url();
    let silent = Receiver::start(Manner::Silent).await;
    for url in [gone, silent.url()] {
        let base = Base::with(with_team(chat(&url))).await;
        let said = base.say("team", "a", at(NOON)).await;
        base.turn(at(NOON)).await;
        let message = base.message(&said).await;
        assert_eq!((message.state, message.tries), (MessageState::Waiting, 1), "{url}");
    }
    let receiver = Receiver::start(status("200 OK")).await;
    let mut guarded = with_team(chat(&format!("http://localhost:{}/", receiver.address.port())));
    guarded.webhooks.allow_private = false;
    let base = Base::with(guarded.clone()).await;
    let said = base.say("team", "a", at(NOON)).await;
    base.turn(at(NOON)).await;
    let message = base.message(&said).await;
    assert!(message.detail.unwrap().contains("webhooks.allow_private") && receiver.requests().is_empty());
    // A chat in the house is no reason to let callback URLs in.
    guarded.messaging.channels.get_mut("team").unwrap().allow_private = Some(true);
    let base = Base::with(guarded).await;
    base.say("team", "a", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(receiver.requests().len(), 1);
}

/// A slow chat has its own places: the other channels do not wait for it.
#[tokio::test]
async fn a_slow_channel_holds_up_nobody_else() {
    let (slow, quick) = (Receiver::start(Manner::Silent).await, Receiver::start(status("200 OK")).await);
    let mut config = with_team(chat(&slow.url()));
    config.messaging.channels.insert("other".to_owned(), chat(&quick.url()));
    config.messaging.timeout_ms = 60_000;
    let base = Base::with(config).await;
    for number in 0..9 {
        base.say("team", &number.to_string(), at(NOON)).await;
    }
    base.say("other", "hello", at(NOON)).await;
    base.messaging.turn(at(NOON)).await;
    crate::wait::eventually(async || quick.requests().len(), |count| *count == 1).await;
    crate::wait::eventually(async || slow.requests().len(), |count| *count == 4).await;
    base.messaging.turn(at(NOON)).await;
    assert_eq!(slow.requests().len(), 4, "its places are taken");
}

#[tokio::test]
async fn a_channel_that_is_no_more() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut base = Base::with(with_team(chat(&receiver.url()))).await;
    let said = base.say("team", "a", at(NOON)).await;
    base.config = config();
    let base = base.restart().await;
    base.turn(at(NOON)).await;
    let message = base.message(&said).await;
    assert_eq!(message.state, MessageState::Failed);
    assert_eq!(message.detail.as_deref(), Some("there is no channel \"team\" any more"));
}
