//! The API and a call that is up: speak into it, change its order, hang it up, and watch all that.

use std::path::PathBuf;

use hyper::Method;
use serde_json::{Value, json};

use super::{LONG, at_step, blocking, ended, station};
use crate::{
    orders::Site,
    support::audio::{self, contains},
};

fn prompts(site: &Site) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(site.daemon.directory.join("prompts")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "wav")).collect()
}

async fn post(site: &Site, path: &str, body: &Value) -> (u16, Value) {
    site.api().send(Method::POST, path, Some(body)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_call_is_spoken_into_watched_and_hung_up() {
    let site = Site::start("control", "").await;
    let api = site.api();
    let mut events = api.follow(0);
    let order = json!({ "phones": ["+34600000901"], "status": "ready", "version": 1 });
    api.put("/v1/orders/L-1", &order).await;
    let caller = station(&site.rig, "spoken", "+34600000901", "2").until_bye(LONG).start();
    let call = at_step(&api, "+34600000901", "menu").await;
    let path = format!("/v1/calls/{}", call["id"].as_str().unwrap());
    let before = prompts(&site);
    let text = "Your driver stands at the corner of the street and waves a yellow flag.";
    let (status, body) = post(&site, &format!("{path}/say"), &json!({ "text": text })).await;
    assert_eq!(status, 202, "{body}");
    let changed = json!({ "phones": ["+34600000901"], "status": "delayed", "version": 2 });
    api.put("/v1/orders/L-1", &changed).await;
    let new: Vec<_> = prompts(&site).into_iter().filter(|path| !before.contains(path)).collect();
    let spoken = audio::read(new.first().expect("a prompt was made"));
    // The menu's question, and what was said after it, are to be heard.
    let secs = spoken.len() as u64 / 8000 + 8;
    tokio::time::sleep(std::time::Duration::from_secs(secs)).await;
    let (status, body) = api.send(Method::DELETE, &path, None).await.unwrap();
    assert!(status < 300, "{body}");
    assert!(blocking(|| caller.wait()).as_expected());
    let call = ended(&api, "+34600000901").await;
    assert_eq!(call["disposition"], "completed", "{call}");
    assert!(call["detail"].as_str().unwrap().contains("API"), "{call}");
    let score = contains(&site.rig.heard("spoken"), &spoken);
    assert!(score > 0.6, "{score}");

    let wanted = ["call.started", "call.step", "order.changed", "call.ended"];
    let mut seen: Vec<String> = Vec::new();
    let all = tokio::time::timeout(LONG, async {
        while !wanted.iter().all(|kind| seen.iter().any(|it| it == kind)) {
            seen.push(events.recv().await.unwrap().kind);
        }
    });
    assert!(all.await.is_ok(), "{seen:?}");

    let (status, body) = post(&site, &format!("{path}/say"), &json!({ "text": "Too late." })).await;
    assert_eq!((status, &body["code"]), (409, &"call_not_live".into()), "{body}");
    let (status, body) = api.send(Method::DELETE, &path, None).await.unwrap();
    assert_eq!(status, 409, "{body}");
    site.rig.quiet(LONG);
}
