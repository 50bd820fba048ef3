//! What is told, how it is signed, and that it is told once whatever happens in between.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use sha2::{Digest, Sha256};
use stasisd::{
    config::{NotesConfig, WebhooksConfig},
    directory::Notes,
    feed::Feed,
    model::NoteContent,
    storage::DeliveryState,
    tasks::Shutdown,
};

use crate::{
    base::{Base, SECRET, at, config, id},
    receiver::{Receiver, Request, status},
    wait::eventually,
};

/// RFC 2104, without a library for it.
fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

/// As a receiver with this secret does it.
fn is_signed_with(request: &Request, secret: &str) -> bool {
    let key = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").expect("a secret")).expect("base64");
    let (id, at) = (request.header("webhook-id"), request.header("webhook-timestamp"));
    let wanted = hmac_sha256(&key, format!("{id}.{at}.{}", request.body).as_bytes());
    let mut given = request.header("webhook-signature").split(' ').filter_map(|one| one.strip_prefix("v1,"));
    given.any(|one| BASE64_STANDARD.decode(one).is_ok_and(|signature| signature == wanted))
}

#[tokio::test]
async fn an_end_is_told_and_signed() {
    let (base, receiver) = (Base::new().await, Receiver::start(status("204 No Content")).await);
    base.ended(1, &receiver.url(), 10).await;
    base.turn(60).await;
    let [request] = &receiver.requests()[..] else { panic!("one request") };
    assert_eq!(request.line, "POST /told?by=stasisd HTTP/1.1");
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("webhook-id"), format!("{}-ended", id(1)));
    assert_eq!(request.header("webhook-timestamp"), at(60).as_second().to_string());
    assert!(is_signed_with(request, SECRET));
    assert!(!is_signed_with(
        &Request { body: request.body.replace("busy", "heard"), ..request.clone() },
        SECRET
    ));
    let told = request.json();
    assert_eq!((&told["type"], &told["timestamp"]), (&json!("call_order.ended"), &json!(at(10))));
    let data = &told["data"];
    assert_eq!(
        (&data["id"], &data["state"], &data["end"]),
        (&json!(id(1)), &json!("ended"), &json!("exhausted"))
    );
    assert_eq!((&data["reach"], &data["idempotency_key"]), (&json!("busy"), &json!("key-1")));
    let last = &data["last_attempt"];
    assert_eq!(
        (&last["attempt"], &last["reach"], &last["tech_cause"]),
        (&json!(1), &json!("busy"), &json!(486))
    );
    let delivery = base.delivery(1).await;
    assert_eq!((delivery.state, delivery.ended_at), (DeliveryState::Delivered, Some(at(60))));
    base.turn(100_000).await;
    assert_eq!(receiver.requests().len(), 1, "told is told");
}

#[tokio::test]
async fn each_attempt_is_told_when_wanted() {
    let base = Base::with(WebhooksConfig { attempts: true, max_per_host: 1, ..config() }).await;
    let receiver = Receiver::start(status("200 OK")).await;
    base.ended(1, &receiver.url(), 10).await;
    base.turn(60).await;
    base.turn(60).await;
    assert_eq!(receiver.ids(), [format!("{}-a1", id(1)), format!("{}-ended", id(1))]);
    let told = receiver.requests()[0].json();
    assert_eq!(told["type"], json!("attempt.ended"));
    assert_eq!((&told["data"]["order"], &told["data"]["attempt"]), (&json!(id(1)), &json!(1)));
    assert_eq!(told["data"]["dial_status"], json!("BUSY"));
}

#[tokio::test]
async fn the_new_secret_and_the_old_one() {
    let new = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    let base =
        Base::with(WebhooksConfig { secret: Some(format!("{new} {SECRET}").into()), ..config() }).await;
    let receiver = Receiver::start(status("200 OK")).await;
    base.ended(1, &receiver.url(), 10).await;
    base.turn(60).await;
    let request = receiver.requests().remove(0);
    assert!(is_signed_with(&request, SECRET) && is_signed_with(&request, new));
    assert!(!is_signed_with(&request, "whsec_////////////////////////////////"));
}

#[tokio::test]
async fn a_crash_between_the_end_and_its_delivery() {
    let (base, receiver) = (Base::new().await, Receiver::start(status("200 OK")).await);
    base.ended(1, &receiver.url(), 10).await;
    let base = base.restart().await;
    base.turn(60).await;
    assert_eq!(receiver.ids(), [format!("{}-ended", id(1))]);
}

/// It was claimed, and what came of it is not known: it is told again, under the same id, when the claim is
/// over.
#[tokio::test]
async fn a_crash_in_the_middle_of_a_delivery() {
    let (base, receiver) = (Base::new().await, Receiver::start(status("200 OK")).await);
    base.ended(1, &receiver.url(), 10).await;
    let host = receiver.address.to_string();
    assert_eq!(
        base.store.claim_deliveries(&host, at(60), 9, at(80)).await.map(|claimed| claimed.len()),
        Ok(1)
    );
    let base = base.restart().await;
    base.turn(79).await;
    assert!(receiver.requests().is_empty(), "whoever claimed it may still be at it");
    base.turn(80).await;
    assert_eq!(receiver.ids(), [format!("{}-ended", id(1))]);
    assert_eq!(base.delivery(1).await.state, DeliveryState::Delivered);
}

/// The loop itself, on the real clock: woken by the journal's commit, ended by its token.
#[tokio::test]
async fn the_loop_is_woken_and_ends() {
    let (base, receiver) = (Base::new().await, Receiver::start(status("200 OK")).await);
    let shutdown = Shutdown::new();
    let running = tokio::spawn({
        let (webhooks, shutdown) = (base.webhooks.clone(), shutdown.clone());
        async move { webhooks.run(shutdown).await }
    });
    for number in 1..=20 {
        base.ended(number, &receiver.url(), 10).await;
    }
    eventually(async || receiver.ids().len(), |count| *count == 20).await;
    eventually(async || base.delivery(20).await.state, |state| *state == DeliveryState::Delivered).await;
    // While calls are drained they end, and that is told.
    shutdown.drain();
    base.ended(21, &receiver.url(), 10).await;
    eventually(async || base.delivery(21).await.state, |state| *state == DeliveryState::Delivered).await;
    shutdown.abort();
    running.await.expect("ends");
    base.ended(22, &receiver.url(), 10).await;
    assert_eq!(base.delivery(22).await.state, DeliveryState::Waiting, "for the next life");
}

#[tokio::test]
async fn without_a_secret_nothing_is_accepted() {
    let base = Base::with(WebhooksConfig { secret: None, ..config() }).await;
    let refused = base.webhooks.check_url("https://shop.example/").unwrap_err();
    assert!(refused.contains("webhooks.secret"), "{refused}");
    let base = Base::with(WebhooksConfig { allow_private: false, ..config() }).await;
    assert_eq!(base.webhooks.check_url("https://shop.example").unwrap().as_str(), "https://shop.example/");
    assert!(base.webhooks.check_url("http://127.0.0.1/").is_err());
}

#[tokio::test]
async fn a_call_note_is_told_when_it_is_written_changed_and_deleted() {
    let (base, receiver) = (Base::new().await, Receiver::start(status("204 No Content")).await);
    let config = NotesConfig { webhook_url: Some(receiver.url()) };
    let notes = Notes::new(base.store.clone(), Feed::new(), &config);
    let say = |text: &str| NoteContent {
        person: "anna".to_owned(),
        text: text.to_owned(),
        ..NoteContent::default()
    };
    let note = notes.add(say("one"), None, at(1)).await.expect("stored");
    notes.edit(note.id, say("two"), None, at(2)).await.expect("stored");
    notes.delete(note.id, at(3)).await.expect("deleted");
    base.turn(60).await;
    base.turn(61).await;
    let mut told: Vec<(String, String)> = receiver
        .requests()
        .iter()
        .map(|request| {
            assert!(is_signed_with(request, SECRET));
            let body = request.json();
            let word = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
            (word(&body["type"]), word(&body["data"]["text"]))
        })
        .collect();
    told.sort();
    let wanted = [("note.changed", "two"), ("note.created", "one"), ("note.deleted", "two")];
    assert_eq!(told, wanted.map(|(kind, text)| (kind.to_owned(), text.to_owned())));
}
