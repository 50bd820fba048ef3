//! Killed in the middle: what was written down is told once, and what may have been sent is known by its id.

use stasisd::model::{MessageKind, MessageState};

use crate::{
    base::{Base, at, chat, facts, with_team},
    receiver::{Receiver, status},
    reminders::gone,
};

const NOON: &str = "2026-11-23T12:00:00";

/// The intent is on disk, and nobody knows whether it was sent: it is sent, under the same key.
#[tokio::test]
async fn between_the_intent_and_the_sending() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await;
    let said = base.say("team", "a", at(NOON)).await;
    let lease = at("2026-11-23T12:00:30");
    let claimed = base.store.claim_messages("team", at(NOON), 9, lease).await.unwrap();
    assert_eq!((claimed[0].tries, claimed[0].trying_since), (1, Some(at(NOON))));
    let base = base.restart().await;
    base.turn(at("2026-11-23T12:00:29")).await;
    assert!(receiver.requests().is_empty(), "the other one may still be at it");
    base.turn(lease).await;
    let sent = base.message(&said).await;
    assert_eq!((sent.state, sent.tries), (MessageState::Sent, 2));
    assert_eq!(receiver.requests()[0].header("idempotency-key"), said.id.to_string());
    let base = base.restart().await;
    base.turn(at("2026-11-23T12:05:00")).await;
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn one_whose_time_is_over_by_then_is_told_as_unknown() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await;
    let said = base.say("team", "a", at(NOON)).await;
    base.store.claim_messages("team", at(NOON), 9, at("2026-11-23T12:00:30")).await.unwrap();
    let base = base.restart().await;
    base.turn(at("2026-11-23T13:00:01")).await;
    let over = base.message(&said).await;
    assert_eq!(over.state, MessageState::Failed);
    assert!(over.detail.unwrap().contains("whether it arrived is not known"));
}

/// Whatever is due is looked at again by the next life, and by one that runs beside it.
#[tokio::test]
async fn reminders_are_told_once_over_restarts() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await.knows(facts());
    base.turn(at("2026-11-23T08:55:00")).await;
    assert_eq!(receiver.requests().len(), 1);
    let base = base.restart().await;
    for now in ["2026-11-23T08:55:10", "2026-11-23T08:56:59"] {
        base.turn(at(now)).await;
    }
    assert_eq!((receiver.requests().len(), base.messages().await.len()), (1, 1));
}

/// Both look at the same moment, and neither has told anything yet.
#[tokio::test]
async fn two_daemons_of_one_database_tell_once() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await.knows(facts());
    base.team.facts.lock().unwrap().queues = gone();
    let other = base.beside().await;
    for now in ["2026-11-23T08:55:00", "2026-11-23T09:05:00", "2026-11-23T09:05:15", "2026-11-23T10:25:00"] {
        tokio::join!(base.messaging.turn(at(now)), other.turn(at(now)));
        tokio::join!(base.messaging.settled(), other.settled());
    }
    let kinds: Vec<_> = base.messages().await.iter().map(|message| (message.kind, message.state)).collect();
    let told = [MessageKind::ShiftChange, MessageKind::Disconnected, MessageKind::PhonesClosed];
    assert_eq!(kinds, told.map(|kind| (kind, MessageState::Sent)));
    assert_eq!(receiver.requests().len(), 3);
}

/// Stopped over the edge: five minutes before is told only as long as it nearly is.
#[tokio::test]
async fn what_was_missed_is_not_told_late() {
    let receiver = Receiver::start(status("200 OK")).await;
    let base = Base::with(with_team(chat(&receiver.url()))).await.knows(facts());
    for now in ["2026-11-23T08:57:01", "2026-11-23T08:59:00", "2026-11-23T09:00:30"] {
        base.turn(at(now)).await;
    }
    assert!(receiver.requests().is_empty() && base.messages().await.is_empty());
    // Written down in time, and its channel was away: not when the shift has begun.
    let base = Base::with(with_team(chat(&receiver.url()))).await.knows(facts());
    receiver.behave(status("503 Busy"));
    base.turn(at("2026-11-23T08:55:00")).await;
    receiver.behave(status("200 OK"));
    base.turn(at("2026-11-23T09:00:01")).await;
    assert_eq!(receiver.requests().len(), 1);
    assert_eq!(base.messages().await[0].state, MessageState::Failed);
}
