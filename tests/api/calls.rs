//! Calls: live ones from memory, past ones from the store, and what can be done to them.

use std::sync::Arc;

use serde_json::{Value, json};
use stasisd::{
    calls::HandOn,
    http::ControlError,
    model::{CallRecord, CallState, Disposition, NoticeKind},
};

use crate::{app::App, pretend::call, wait::eventually};

fn ended(n: u32) -> CallRecord {
    let record = call(n);
    let ended_at = Some(record.started_at);
    let disposition = Some(Disposition::Completed);
    CallRecord { state: CallState::Ended, ended_at, disposition, ..record }
}

async fn with_calls() -> App {
    let app = App::start().await;
    let past: Vec<_> = (0..30).map(|n| Arc::new(ended(n))).collect();
    app.store.save_calls(&past).await.unwrap();
    for n in 100..103 {
        app.control.add(&call(n));
    }
    app
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn live_and_past_calls_are_listed() {
    let app = with_calls().await;
    let admin = app.admin().await;
    let live = admin.get("/v1/calls?live=true").await.is(200);
    let newest_first: Vec<_> = [102, 101, 100].map(|n| call(n).id.to_string()).into();
    assert_eq!(ids(&live), newest_first);
    assert_eq!(live["items"][0]["step"], "hello");
    assert_eq!(live["items"][0]["direction"], "inbound");

    let first = admin.get("/v1/calls?live=false&limit=20").await.is(200);
    let cursor = first["next"].as_str().unwrap();
    let second = admin.get(&format!("/v1/calls?live=false&limit=20&cursor={cursor}")).await.is(200);
    let all: Vec<_> = (0..30).rev().map(|n| call(n).id.to_string()).collect();
    assert_eq!([ids(&first), ids(&second)].concat(), all);
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn lists_are_filtered() {
    let app = with_calls().await;
    let admin = app.admin().await;
    let count = async |query: &str| ids(&admin.get(&format!("/v1/calls?{query}")).await.is(200)).len();
    assert_eq!(count("live=true&caller=600%2000%2000%2001").await, 3);
    assert_eq!(count("live=true&caller=600000002").await, 0);
    assert_eq!(count("live=false&disposition=completed&limit=200").await, 30);
    assert_eq!(count("live=false&disposition=hung_up").await, 0);
    assert_eq!(count("live=false&flow=order-status&called=900&limit=200").await, 30);
    let from = call(10).started_at;
    assert_eq!(count(&format!("live=false&started_from={from}&limit=200")).await, 20);
    assert_eq!(count(&format!("live=false&started_to={from}&limit=200")).await, 10);
    let after = call(101).started_at;
    assert_eq!(count(&format!("live=true&started_from={after}")).await, 2);
    admin.get("/v1/calls?caller=x").await.blames("caller");
    admin.get("/v1/calls?live=maybe").await.is_problem(400, "invalid_query");
    admin.get("/v1/calls?disposition=lost").await.is_problem(400, "invalid_query");
}

#[tokio::test]
async fn a_call_is_shown_with_its_timeline() {
    let app = with_calls().await;
    let admin = app.admin().await;
    let id = call(101).id;
    app.feed.post(NoticeKind::CallStarted, Some(id), json!({"caller": "+34600000001"}));
    app.feed.post(NoticeKind::CallKey, Some(call(102).id), json!({"digit": "9"}));
    app.feed.post(NoticeKind::CallKey, Some(id), json!({"digit": "1"}));
    let path = format!("/v1/calls/{id}");
    let seen = eventually(
        async || admin.get(&path).await.is(200),
        |answer| answer["timeline"].as_array().is_some_and(|t| t.len() == 2),
    )
    .await;
    assert_eq!(seen["call"]["state"], "live");
    assert_eq!(seen["call"]["caller_name"], "<b>Ana</b>", "as it was; who shows it escapes it");
    assert_eq!(seen["timeline"][1]["kind"], "call.key");
    assert_eq!(seen["timeline"][1]["data"], json!({"digit": "1"}));

    let past = admin.get(&format!("/v1/calls/{}", call(3).id)).await.is(200);
    assert_eq!(past["call"]["disposition"], "completed");
    admin.get(&format!("/v1/calls/{}", call(999).id)).await.is_problem(404, "not_found");
    admin.get("/v1/calls/17900000.1").await.blames("id");
}

#[tokio::test]
async fn a_live_call_is_hung_up_once() {
    let app = with_calls().await;
    let admin = app.admin().await;
    let path = format!("/v1/calls/{}", call(100).id);
    let answer = admin.delete(&path).await;
    assert_eq!((answer.status, answer.bytes.len()), (204, 0));
    assert_eq!(*app.control.hung_up.lock().unwrap(), [call(100).id]);
    admin.delete(&format!("/v1/calls/{}", call(3).id)).await.is_problem(409, "call_not_live");
    admin.delete(&format!("/v1/calls/{}", call(999).id)).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn words_are_said_into_a_live_call() {
    let app = with_calls().await;
    let admin = app.admin().await;
    let path = format!("/v1/calls/{}/say", call(100).id);
    admin.post(&path, json!({"text": " Your driver\r\nis here. ", "language": "es"})).await.is(202);
    let said = (call(100).id, "Your driver is here.".to_owned(), Some("es".to_owned()));
    assert_eq!(*app.control.said.lock().unwrap(), [said]);

    admin.post(&path, json!({"text": "\u{0}\n"})).await.blames("text");
    admin.post(&path, json!({"text": "x".repeat(2001)})).await.blames("text");
    admin.post(&path, json!({"text": "x", "language": "../en"})).await.blames("language");
    admin.post(&path, json!({"text": "x", "voice": "joe"})).await.blames("voice");
    let past = format!("/v1/calls/{}/say", call(3).id);
    admin.post(&past, json!({"text": "x"})).await.is_problem(409, "call_not_live");
    assert_eq!(app.control.said.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_live_call_is_handed_on() {
    let app = with_calls().await;
    let admin = app.admin().await;
    let path = format!("/v1/calls/{}/transfer", call(100).id);
    admin.post(&path, json!({"to": "gateway"})).await.is(202);
    assert_eq!(*app.control.handed_on.lock().unwrap(), [(call(100).id, HandOn::Gateway)]);
    admin.post(&path, json!({"to": {"context": "a,b"}})).await.blames("to.context");
    let past = format!("/v1/calls/{}/transfer", call(3).id);
    admin.post(&past, json!({"to": "operator"})).await.is_problem(409, "call_not_live");
    assert_eq!(app.control.handed_on.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn what_asterisk_says_no_to_is_told() {
    let app = with_calls().await;
    let admin = app.admin().await;
    let path = format!("/v1/calls/{}/say", call(100).id);
    let cases = [
        (ControlError::NotLive, 409, "call_not_live"),
        (ControlError::Refused("it is ringing".into()), 409, "call_refused"),
        (ControlError::Failed("Asterisk: 500".into()), 502, "failed"),
        (ControlError::Unavailable("no connection to Asterisk".into()), 503, "unavailable"),
    ];
    for (error, status, code) in cases {
        *app.control.fails.lock().unwrap() = Some(error.clone());
        let answer = admin.post(&path, json!({"text": "x"})).await;
        assert_eq!(answer.is_problem(status, code)["detail"], error.to_string());
        assert_eq!(answer.header("retry-after").is_some(), status == 503);
    }
}
