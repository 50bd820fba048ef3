//! Bad input and faults, each against the real Asterisk.

mod connection;
mod control;
mod cut;
mod flows;
mod identity;
mod keys;
mod limits;
mod parties;
mod postgres;
mod remote;
mod stopping;
mod twins;

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::Value;

use crate::support::{api::Api, daemon::Daemon, rig::Rig, sipp::Caller};

/// Longer than anything takes on a slow machine.
const LONG: Duration = Duration::from_secs(30);

/// Calls on the way to the test flow's step that `station` (the number dialled) names; `number` is the caller's.
fn station<'a>(rig: &'a Rig, name: &str, number: &str, station: &str) -> Caller<'a> {
    Caller::new(rig, name).number(number).to(station).flow("stations")
}

/// Asks again until `good` accepts the answer; fails with the last answer.
async fn until(api: &Api, path: &str, good: impl Fn(&Value) -> bool) -> Value {
    let end = Instant::now() + LONG;
    loop {
        let answer = api.send(Method::GET, path, None).await;
        if let Ok((_, body)) = &answer
            && good(body)
        {
            return body.clone();
        }
        assert!(Instant::now() < end, "GET {path} stays {answer:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the one call from `number` is in `step`; the call.
async fn at_step(api: &Api, number: &str, step: &str) -> Value {
    let path = format!("/v1/calls?live=true&caller={}", number.replace('+', "%2B"));
    let calls = until(api, &path, |calls| calls["items"][0]["step"] == step).await;
    calls["items"][0].clone()
}

/// The ended call from `number`; there must be one only.
async fn ended(api: &Api, number: &str) -> Value {
    let path = format!("/v1/calls?caller={}", number.replace('+', "%2B"));
    let calls = until(api, &path, |calls| {
        let calls = calls["items"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(calls.len() < 2, "{number} has two records: {calls:?}");
        calls.iter().any(|call| call["state"] == "ended")
    })
    .await;
    calls["items"][0].clone()
}

/// The steps a call was in, in order.
async fn steps(api: &Api, call: &Value) -> Vec<String> {
    let id = call["id"].as_str().unwrap();
    let whole = api.get(&format!("/v1/calls/{id}")).await;
    let timeline = whole["timeline"].as_array().unwrap_or_else(|| panic!("{whole}"));
    let steps = timeline.iter().filter(|notice| notice["kind"] == "call.step");
    steps.map(|notice| notice["data"]["step"].as_str().unwrap().to_owned()).collect()
}

/// Waits until the daemon says that it is not ready, and why.
async fn unready(daemon: &Daemon, why: &str) -> String {
    let body = until(&daemon.api(), "/health/ready", |body| body.to_string().contains(why)).await;
    let (status, _) = daemon.api().send(Method::GET, "/health/ready", None).await.unwrap();
    assert_eq!(status, 503, "{body}");
    body.to_string()
}

/// Waits until the daemon's log says it.
async fn logged(daemon: &Daemon, words: &[&str]) {
    let end = Instant::now() + LONG;
    let is_there = |line: &str| words.iter().all(|word| line.contains(word));
    while !daemon.log().lines().any(is_there) {
        assert!(Instant::now() < end, "the log does not say {words:?}:\n{}", daemon.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Writes what comes on top of the daemon's configuration anew, for its next start.
fn configure(daemon: &Daemon, more: &str) {
    std::fs::write(daemon.directory.join("conf.d/50-test.toml"), more).unwrap();
}

/// Does something that stops its thread, while the test's other work goes on.
fn blocking<T>(act: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(act)
}
