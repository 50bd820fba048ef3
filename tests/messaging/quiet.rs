//! Quiet hours: what is due in them waits for their end, or is dropped when it would mean nothing any more.

use stasisd::{
    config::{Config, Hours, PersonMessagesConfig},
    model::{MessageKind, MessageState},
};

use crate::{
    base::{Base, at, chat, facts, people, with_team},
    receiver::{Receiver, status},
};

fn quiet(config: &mut Config, hours: &str) {
    config.messaging.channels.get_mut("team").unwrap().quiet = vec![Hours::parse(hours).unwrap()];
}

#[tokio::test]
async fn over_midnight() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut config = with_team(chat(&receiver.url()));
    quiet(&mut config, "21:00-08:00");
    let base = Base::with(config).await;
    let said = base.say("team", "good night", at("2026-11-23T22:00")).await;
    assert_eq!((said.next_at, said.valid_until), (at("2026-11-24T08:00"), at("2026-11-24T09:00")));
    for now in ["2026-11-23T22:00", "2026-11-24T03:00", "2026-11-24T07:59:59"] {
        base.turn(at(now)).await;
    }
    assert!(receiver.requests().is_empty());
    base.turn(at("2026-11-24T08:00")).await;
    assert_eq!(base.message(&said).await.state, MessageState::Sent);
}

/// In the night in which the clock is put back, 21:00 to 08:00 are twelve hours.
#[tokio::test]
async fn over_the_night_in_which_the_clock_is_put_back() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut config = with_team(chat(&receiver.url()));
    quiet(&mut config, "21:00-08:00");
    let base = Base::with(config).await;
    let said = base.say("team", "x", at("2026-10-24T21:00")).await;
    assert_eq!(said.next_at.duration_since(at("2026-10-24T21:00")).as_hours(), 12);
    let spring = base.say("team", "x", at("2026-03-28T21:00")).await;
    assert_eq!(spring.next_at.duration_since(at("2026-03-28T21:00")).as_hours(), 10);
}

/// It was due before the quiet hours began, and its channel was away until then.
#[tokio::test]
async fn what_comes_into_them_by_its_retries() {
    let receiver = Receiver::start(status("503 Busy")).await;
    let mut config = with_team(chat(&receiver.url()));
    quiet(&mut config, "21:00-21:30");
    let base = Base::with(config).await;
    let said = base.say("team", "x", at("2026-11-23T20:59:58")).await;
    base.turn(at("2026-11-23T20:59:58")).await;
    base.turn(at("2026-11-23T21:00:10")).await;
    let waiting = base.message(&said).await;
    assert_eq!((waiting.tries, waiting.next_at), (1, at("2026-11-23T21:30")));
    assert_eq!((receiver.requests().len(), waiting.trying_since), (1, None));
    receiver.behave(status("200 OK"));
    base.turn(at("2026-11-23T21:30")).await;
    assert_eq!(base.message(&said).await.state, MessageState::Sent);
}

#[tokio::test]
async fn a_reminder_in_them_is_dropped() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut config = with_team(chat(&receiver.url()));
    quiet(&mut config, "08:00-09:00");
    let base = Base::with(config).await.knows(facts());
    base.turn(at("2026-11-23T08:55")).await;
    let [change] = &base.messages().await[..] else { panic!("one") };
    assert_eq!((change.kind, change.state), (MessageKind::ShiftChange, MessageState::Failed));
    assert!(
        change.detail.as_deref().unwrap().starts_with("quiet hours until 2026-11-23T08:00:00Z"),
        "{change:?}"
    );
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn one_persons_own() {
    let receiver = Receiver::start(status("200 OK")).await;
    let mut config = with_team(chat(&receiver.url()));
    config.messaging.channels.get_mut("team").unwrap().reaches = Some(stasisd::config::Reaches::Both);
    let wishes = PersonMessagesConfig {
        channel: Some("team".into()),
        quiet: vec![Hours::parse("12:00-16:00").unwrap()],
    };
    config.messaging.persons.insert("anna".into(), wishes);
    config.messaging.person_channels = vec!["team".into()];
    let base = Base::with(config).await.knows(people());
    let anna = base.say("anna", "x", at("2026-11-23T12:30")).await;
    let bert = base.say("bert", "x", at("2026-11-23T12:30")).await;
    assert_eq!((anna.next_at, bert.next_at), (at("2026-11-23T16:00"), at("2026-11-23T12:30")));
}
