//! Receivers that are down, send us elsewhere, are slow, talk too much, or are not to be talked to.

use std::time::Duration;

use serde_json::json;
use stasisd::{config::WebhooksConfig, model::NoticeKind, storage::DeliveryState};

use crate::{
    base::{Base, at, config, id},
    receiver::{Manner, Receiver, status},
    wait::eventually,
};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

#[tokio::test]
async fn down_for_an_hour() {
    let (mut base, receiver) = (Base::new().await, Receiver::start(status("503 Busy")).await);
    base.ended(1, &receiver.url(), 10).await;
    let tries = base.until(1, HOUR).await;
    assert!((9..=12).contains(&tries.len()), "{tries:?}");
    let waits: Vec<_> = tries.windows(2).map(|two| two[1] - two[0]).collect();
    assert!(
        (5..=11).contains(&waits[0]) && waits.iter().rev().skip(1).all(|wait| *wait <= HOUR + 1),
        "{waits:?}"
    );
    let delivery = base.delivery(1).await;
    assert_eq!(delivery.detail.as_deref(), Some("the answer was 503"));
    receiver.behave(status("200 OK"));
    let last = base.until(1, 3 * HOUR).await;
    assert_eq!(last.len(), 1, "up again, told once");
    assert_eq!(base.delivery(1).await.state, DeliveryState::Delivered);
    assert!(base.told().is_empty(), "nothing was given up");
    let ids = receiver.ids();
    assert!(ids.iter().all(|id| *id == ids[0]), "always the same message");
    let bodies: Vec<_> = receiver.requests().into_iter().map(|request| request.body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn gone_for_ever() {
    let mut base = Base::new().await;
    // Nobody listens there any more.
    let url = Receiver::start(status("200 OK")).await.url();
    base.ended(1, &url, 10).await;
    let tries = base.until(1, 30 * DAY).await;
    let last = *tries.last().expect("tried");
    assert!(last > 3 * DAY - 2 * HOUR && last <= 3 * DAY + 20, "{last}");
    let delivery = base.delivery(1).await;
    assert_eq!(delivery.state, DeliveryState::GivenUp);
    let [(NoticeKind::WebhookFailed, data)] = &base.told()[..] else { panic!("told once") };
    assert_eq!((&data["order"], &data["tries"]), (&json!(id(1)), &json!(tries.len())));
    assert!(data["why"].as_str().is_some_and(|why| why.contains("refused")), "{data}");
}

/// Damage in the store is no endless loop.
#[tokio::test]
async fn what_cannot_be_read_is_given_up_too() {
    let (mut base, receiver) = (Base::new().await, Receiver::start(status("200 OK")).await);
    base.ended(1, &receiver.url(), 10).await;
    base.execute("UPDATE call_orders SET lane = 'fast'").await;
    assert!(base.until(1, 30 * DAY).await.len() > 9);
    assert_eq!(base.delivery(1).await.state, DeliveryState::GivenUp);
    assert!(receiver.requests().is_empty());
    assert_eq!(base.told().len(), 1);
}

#[tokio::test]
async fn a_receiver_that_wants_no_more() {
    let (mut base, receiver) = (Base::new().await, Receiver::start(status("410 Gone")).await);
    base.ended(1, &receiver.url(), 10).await;
    assert_eq!(base.until(1, DAY).await.len(), 1);
    assert_eq!(base.delivery(1).await.state, DeliveryState::GivenUp);
    assert_eq!(base.told().len(), 1);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (base, other) = (Base::new().await, Receiver::start(status("200 OK")).await);
    for code in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let elsewhere = format!("HTTP/1.1 {code}\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", other.url());
        let receiver = Receiver::start(Manner::Says(elsewhere)).await;
        let number = u128::from(code.as_bytes()[2]);
        base.ended(number, &receiver.url(), 10).await;
        base.turn(20).await;
        assert_eq!(receiver.requests().len(), 1, "{code}");
        assert_eq!(base.delivery(number).await.state, DeliveryState::Waiting, "{code}");
    }
    assert!(other.requests().is_empty());
}

/// Many wait for one that never answers, a few for one that does: those do not wait.
#[tokio::test]
async fn a_slow_one_does_not_hold_up_the_others() {
    let base = Base::with(WebhooksConfig { timeout_ms: 60_000, max_at_once: 8, ..config() }).await;
    let (slow, quick) = (Receiver::start(Manner::Silent).await, Receiver::start(status("200 OK")).await);
    for number in 1..=30 {
        base.ended(number, &slow.url(), 10).await;
    }
    for number in 31..=34 {
        base.ended(number, &quick.url(), 20).await;
    }
    base.webhooks.turn(at(30)).await;
    eventually(async || quick.ids().len(), |count| *count == 2).await;
    eventually(async || base.delivery(32).await.state, |state| *state == DeliveryState::Delivered).await;
    eventually(async || base.delivery(31).await.state, |state| *state == DeliveryState::Delivered).await;
    // That they are told stands in the store a moment before their places are free.
    let turned = async || {
        base.webhooks.turn(at(30)).await;
        quick.ids().len()
    };
    eventually(turned, |count| *count == 4).await;
    eventually(async || slow.ids().len(), |count| *count == 2).await;
    base.webhooks.turn(at(30)).await;
    assert_eq!(slow.ids().len(), 2, "its share");
}

#[tokio::test]
async fn one_that_never_answers_is_tried_again() {
    let base = Base::with(WebhooksConfig { timeout_ms: 100, ..config() }).await;
    let receiver = Receiver::start(Manner::Silent).await;
    base.ended(1, &receiver.url(), 10).await;
    base.turn(20).await;
    let delivery = base.delivery(1).await;
    assert_eq!((delivery.state, delivery.tries), (DeliveryState::Waiting, 1));
    assert!(delivery.detail.as_deref().is_some_and(|why| why.contains("100ms")), "{delivery:?}");
    assert!(delivery.next_at >= at(25) && delivery.next_at <= at(30), "{delivery:?}");
}

/// The status is the answer; nobody reads a book after it, nor waits for its end.
#[tokio::test]
async fn a_huge_answer_and_one_without_end() {
    let base = Base::with(WebhooksConfig { timeout_ms: 500, ..config() }).await;
    for (number, manner) in [(1, Manner::Endless), (2, Manner::Dripping)] {
        let receiver = Receiver::start(manner.clone()).await;
        base.ended(number, &receiver.url(), 10).await;
        tokio::time::timeout(Duration::from_secs(15), base.turn(20)).await.expect("ends");
        assert_eq!(base.delivery(number).await.state, DeliveryState::Delivered, "{manner:?}");
        assert_eq!(receiver.requests().len(), 1);
    }
    let headers = "x: y\r\n".repeat(200_000);
    let receiver = Receiver::start(Manner::Says(format!("HTTP/1.1 200 OK\r\n{headers}\r\n"))).await;
    base.ended(3, &receiver.url(), 10).await;
    base.turn(20).await;
    assert_eq!(base.delivery(3).await.state, DeliveryState::Waiting);
}

#[tokio::test]
async fn private_addresses() {
    let config = WebhooksConfig { allow_private: false, ..config() };
    let (base, receiver) = (Base::with(config).await, Receiver::start(status("200 OK")).await);
    let port = receiver.address.port();
    // As if they had been accepted: by name it is known only when it is resolved.
    let urls = ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"];
    for (number, host) in (1..).zip(urls) {
        base.ended(number, &format!("http://{host}:{port}/"), 10).await;
    }
    base.turn(20).await;
    for (number, host) in (1..).zip(urls) {
        let delivery = base.delivery(number).await;
        assert_eq!((delivery.state, delivery.tries), (DeliveryState::Waiting, 1), "{host}");
        let why = delivery.detail.expect("told");
        assert!(why.contains("webhooks.allow_private"), "{host}: {why}");
    }
    assert!(receiver.requests().is_empty());
}

#[tokio::test]
async fn retry_after_is_respected_for_all_that_waits_there() {
    let base = Base::with(WebhooksConfig { max_per_host: 1, ..config() }).await;
    let busy = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 600\r\ncontent-length: 0\r\n\r\n";
    let receiver = Receiver::start(Manner::Says(busy.to_owned())).await;
    base.ended(1, &receiver.url(), 10).await;
    base.ended(2, &receiver.url(), 11).await;
    base.turn(20).await;
    assert_eq!(base.delivery(1).await.next_at, at(620));
    receiver.behave(status("200 OK"));
    base.turn(619).await;
    assert_eq!(receiver.ids().len(), 1, "the second one is left alone too");
    base.turn(620).await;
    base.turn(620).await;
    let end = |number| format!("{}-ended", id(number));
    assert_eq!(receiver.ids(), [end(1), end(2), end(1)]);
}

/// The longest due first; what failed goes to the back.
#[tokio::test]
async fn the_order_of_retries() {
    let base = Base::with(WebhooksConfig { max_per_host: 1, ..config() }).await;
    let receiver = Receiver::start(status("500 Oops")).await;
    for (number, secs) in [(3, 10), (1, 11), (2, 12)] {
        base.ended(number, &receiver.url(), secs).await;
    }
    base.turn(20).await;
    receiver.behave(status("200 OK"));
    for secs in [20, 20, 20, 31] {
        base.turn(secs).await;
    }
    let end = |number| format!("{}-ended", id(number));
    assert_eq!(receiver.ids(), [end(3), end(1), end(2), end(3)]);
}
