//! Messages by telephone: a message is one call order, whatever falls over.

use stasisd::{
    config::{ChannelConfig, ChannelKind, Config},
    model::{CallOrderId, MessageState},
    outbound::OrderError,
    storage::StorageError,
};

use crate::base::{Base, at, config, people};

const NOON: &str = "2026-11-23T12:00:00";

fn with(channel: ChannelConfig) -> Config {
    let mut config = config();
    config.messaging.channels.insert("phone".to_owned(), channel);
    config.messaging.person_channels = vec!["phone".to_owned()];
    config
}

fn phone() -> ChannelConfig {
    ChannelConfig { gateway: Some("desks".into()), ..ChannelConfig::new(ChannelKind::Call) }
}

#[tokio::test]
async fn a_message_is_a_call_order() {
    let base = Base::with(with(phone())).await.knows(people());
    let said = base.say("bert", "**Your shift** begins, see [here](https://a.example)", at(NOON)).await;
    base.turn(at(NOON)).await;
    let called = base.team.called.lock().unwrap().clone();
    let [request] = &called[..] else { panic!("one call") };
    assert_eq!(request.number, "+34600000002", "the phone goes before the extension");
    assert_eq!(request.text.as_deref(), Some("Your shift begins, see here"));
    assert_eq!(request.gateway.as_deref(), Some("desks"));
    assert_eq!(request.idempotency_key, Some(format!("message-{}", said.id)));
    assert_eq!(request.not_after, Some(said.valid_until.to_string()));
    // The gateway would not take it.
    let message = base.message(&said).await;
    assert_eq!(message.state, MessageState::Failed);
    assert!(message.detail.unwrap().contains("nobody is called in this test"));
}

#[tokio::test]
async fn extensions_are_called_where_that_is_wanted() {
    let base =
        Base::with(with(ChannelConfig { prefer_extension: Some(true), ..phone() })).await.knows(people());
    base.say("bert", "x", at(NOON)).await;
    base.say("anna", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    let mut numbers: Vec<_> =
        base.team.called.lock().unwrap().iter().map(|call| call.number.clone()).collect();
    numbers.sort();
    assert_eq!(numbers, ["201", "202"]);
}

/// The daemon died after it had ordered the call: it orders again under the same key, and the ledger knows it.
#[tokio::test]
async fn a_call_that_was_ordered_before_is_not_made_again() {
    let base = Base::with(with(phone())).await.knows(people());
    let said = base.say("bert", "x", at(NOON)).await;
    let lease = at("2026-11-23T12:01:00");
    assert_eq!(base.store.claim_messages("phone", at(NOON), 1, lease).await.unwrap().len(), 1);
    *base.team.refuses.lock().unwrap() = Some(OrderError::Conflict);
    let base = base.restart().await;
    base.turn(at("2026-11-23T12:00:59")).await;
    assert!(base.team.called.lock().unwrap().is_empty(), "it may be under way");
    base.turn(lease).await;
    let message = base.message(&said).await;
    assert_eq!(message.state, MessageState::Sent);
    assert_eq!(message.detail.as_deref(), Some("it was ordered before"));
    assert_eq!(base.team.called.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_store_that_is_away_is_asked_again() {
    let base = Base::with(with(phone())).await.knows(people());
    *base.team.refuses.lock().unwrap() = Some(OrderError::Storage(StorageError::Deadline));
    let said = base.say("bert", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(base.message(&said).await.state, MessageState::Waiting);
    let order = CallOrderId(uuid::Uuid::from_u128(7));
    *base.team.accepts.lock().unwrap() = Some(order);
    base.turn(at("2026-11-23T12:00:05")).await;
    let message = base.message(&said).await;
    assert_eq!((message.state, message.detail), (MessageState::Sent, Some(format!("call order {order}"))));
    let keys: Vec<_> =
        base.team.called.lock().unwrap().iter().map(|call| call.idempotency_key.clone()).collect();
    assert_eq!(keys[0], keys[1]);
}
