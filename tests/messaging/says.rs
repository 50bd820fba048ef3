//! What people say: to whom it goes, once by its key, and taken back while it waits.

use stasisd::{
    config::{ChannelConfig, ChannelKind},
    messaging::{SayError, Says},
    model::MessageState,
};

use crate::{
    base::{Base, at, chat, config, people, with_team},
    receiver::{Receiver, status},
};

const NOON: &str = "2026-11-23T12:00:00";

fn says(text: &str) -> Says {
    Says { text: text.into(), by: "desk".into(), ..Says::default() }
}

fn to(to: &str) -> Says {
    Says { to: Some(to.into()), ..says("x") }
}

#[tokio::test]
async fn whom_it_means() {
    let mut config = with_team(chat("http://127.0.0.1:9/"));
    let mail = ChannelConfig {
        host: Some("127.0.0.1".into()),
        from: Some("a@desk.example".into()),
        ..ChannelConfig::new(ChannelKind::Email)
    };
    config.messaging.channels.insert("anna".into(), mail);
    config.messaging.person_channels = vec!["anna".into()];
    let base = Base::with(config).await.knows(people());
    let where_to = async |says: Says| {
        let said = base.messaging.say(says, at(NOON)).await;
        said.map(|said| (said.message.channel, said.message.person.map(|person| person.to_string())))
    };
    assert_eq!(where_to(says("x")).await, Ok(("team".into(), None)));
    assert_eq!(where_to(to("channel:team")).await, Ok(("team".into(), None)));
    assert_eq!(where_to(to("person:anna")).await, Ok(("anna".into(), Some("anna".into()))));
    let refused = [
        (to("anna"), "no room"),
        (to("person:bert"), "no channel reaches bert"),
        (to("carla"), "neither a channel (anna, team) nor a person's id"),
        (to("channel:x"), "no channel of that name (anna, team)"),
        (to(""), "neither"),
        (to("a\r\nb"), "neither"),
    ];
    for (says, why) in refused {
        let told = where_to(says.clone()).await.unwrap_err();
        assert!(matches!(told, SayError::Field { field: "to", .. }), "{told}");
        assert!(told.to_string().contains(why), "{says:?}: {told}");
    }
}

#[tokio::test]
async fn without_a_channel_it_is_an_error() {
    let base = Base::with(config()).await;
    let told = base.messaging.say(says("x"), at(NOON)).await.unwrap_err();
    assert!(matches!(told, SayError::NoChannel(_)) && told.to_string().contains("messaging.team_channel"));
}

#[tokio::test]
async fn what_cannot_be_said() {
    let base = Base::with(with_team(chat("http://127.0.0.1:9/"))).await;
    let bad = [
        ("text", says("")),
        ("text", says(" \u{0}\r\n ")),
        ("text", says(&"x".repeat(4_001))),
        ("at", Says { at: Some(at("2027-12-23T12:00:00")), ..says("x") }),
        ("idempotency_key", Says { idempotency_key: Some("a\nb".into()), ..says("x") }),
        ("idempotency_key", Says { idempotency_key: Some("x".repeat(129)), ..says("x") }),
    ];
    for (name, says) in bad {
        let told = base.messaging.say(says, at(NOON)).await.unwrap_err();
        assert!(matches!(told, SayError::Field { field, .. } if field == name), "{name}: {told}");
    }
}

#[tokio::test]
async fn the_same_key_is_the_same_message() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await;
    let keyed =
        |by: &str, text: &str| Says { by: by.into(), idempotency_key: Some("k".into()), ..says(text) };
    let first = base.messaging.say(keyed("desk", "a"), at(NOON)).await.unwrap();
    base.turn(at(NOON)).await;
    let second = base.messaging.say(keyed("desk", "a"), at("2026-11-23T12:05:00")).await.unwrap();
    assert_eq!((first.is_new, second.is_new, second.message.id), (true, false, first.message.id));
    assert_eq!(second.message.state, MessageState::Sent);
    assert_eq!(base.messaging.say(keyed("desk", "b"), at(NOON)).await, Err(SayError::Conflict));
    assert!(base.messaging.say(keyed("other", "b"), at(NOON)).await.unwrap().is_new, "a key is its sender's");
    base.turn(at("2026-11-23T12:05:00")).await;
    assert_eq!(receiver.requests().len(), 2);
}

#[tokio::test]
async fn later_and_taken_back() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await;
    let later = Says { at: Some(at("2026-11-23T15:00:00")), ..says("x") };
    let kept = base.messaging.say(later.clone(), at(NOON)).await.unwrap().message;
    let gone = base.messaging.say(later, at(NOON)).await.unwrap().message;
    base.turn(at("2026-11-23T14:59:59")).await;
    assert!(receiver.requests().is_empty());
    for _ in 0..2 {
        let taken = base.messaging.withdraw(gone.id, "boss", at(NOON)).await.unwrap().unwrap();
        assert_eq!(
            (taken.state, taken.detail.as_deref()),
            (MessageState::Withdrawn, Some("withdrawn by boss"))
        );
    }
    base.turn(at("2026-11-23T15:00:00")).await;
    assert_eq!(receiver.requests().len(), 1);
    assert_eq!(base.messaging.withdraw(kept.id, "boss", at(NOON)).await, Err(SayError::NotWaiting("sent")));
    let unknown = stasisd::model::MessageId::of("nothing");
    assert_eq!(base.messaging.withdraw(unknown, "boss", at(NOON)).await, Ok(None));
    // One that is being sent.
    let busy = base.say("team", "y", at(NOON)).await;
    base.store.claim_messages("team", at(NOON), 1, at("2026-11-23T12:01:00")).await.unwrap();
    assert_eq!(
        base.messaging.withdraw(busy.id, "boss", at(NOON)).await,
        Err(SayError::NotWaiting("being sent"))
    );
}

#[tokio::test]
async fn no_more_wait_than_may() {
    let mut config = with_team(chat("http://127.0.0.1:9/"));
    config.messaging.max_waiting = 2;
    let base = Base::with(config).await;
    for _ in 0..2 {
        base.say("team", "x", at(NOON)).await;
    }
    assert_eq!(base.messaging.say(says("x"), at(NOON)).await, Err(SayError::Full(2)));
}
