//! More calls than are allowed, and a disk without room.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use super::{LONG, at_step, blocking, ended, station, unready, until};
use crate::{
    orders::{Site, beside, reached_a_person},
    support::{api::Api, daemon::Daemon, eventually, proxy::Proxy, rig::Rig},
};

async fn metric(api: &Api, name: &str) -> f64 {
    let text = api.get("/metrics").await;
    let lines = text.as_str().unwrap().lines().filter(|line| line.starts_with(name));
    lines.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_above_the_limit_go_to_the_operators_at_once() {
    let site = Site::start("full", "[calls]\nmax = 3\n").await;
    let api = site.api();
    let number = |index: usize| format!("+3460000080{index}");
    let mut up: Vec<_> = (0..3)
        .map(|index| station(&site.rig, &format!("in{index}"), &number(index), "2").until_bye(LONG).start())
        .collect();
    for index in 0..3 {
        at_step(&api, &number(index), "menu").await;
    }
    let mut events = api.follow(0);
    let beyond = station(&site.rig, "beyond", &number(3), "2").wait_ms(5000).hang_up();
    assert!(blocking(|| beyond.run()).as_expected());
    reached_a_person(&site.rig, "beyond");
    let told = tokio::time::timeout(LONG, async {
        while let Some(sent) = events.recv().await {
            if sent.kind == "call.refused" {
                return sent.data;
            }
        }
        Value::Null
    });
    assert_eq!(told.await.unwrap()["data"]["why"], "full");
    assert_eq!(metric(&api, "stasisd_calls_refused_total{why=\"full\"}").await, 1.0);
    // The gate was shut for a moment.
    blocking(|| eventually(LONG, || site.rig.global(GATE).filter(|until| until == "0").ok_or("it is shut")));

    drop(up.pop());
    site.rig.cli("channel request hangup all");
    until(&api, "/v1/calls?live=true", |calls| calls["items"] == json!([])).await;
    let after = station(&site.rig, "later", &number(4), "4").until_bye(LONG);
    blocking(|| after.run());
    assert_eq!(ended(&api, &number(4)).await["disposition"], "completed");
    assert_eq!(metric(&api, "stasisd_calls_live").await, 0.0);
}

/// The dialplan's global that says until when it refuses calls by itself.
const GATE: &str = "STASISD_CLOSED_stasisd";

#[tokio::test(flavor = "multi_thread")]
async fn a_shut_gate_leads_to_the_operators_and_opens_by_itself() {
    let site = Site::start("gate", "").await;
    let number = |index: usize| format!("+3460000083{index}");
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let until = now() + 4;
    site.rig.set_global(GATE, &until.to_string());
    let early = station(&site.rig, "early", &number(0), "4").wait_ms(5000).hang_up();
    assert!(blocking(|| early.run()).as_expected());
    reached_a_person(&site.rig, "early");
    assert!(site.rig.log().contains("stasisd: the daemon takes no more calls for the moment"));
    while now() < until {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let late = station(&site.rig, "late", &number(1), "4").until_bye(LONG);
    blocking(|| late.run());
    assert_eq!(ended(&site.api(), &number(1)).await["disposition"], "completed");
    let early = site.api().get("/v1/calls?caller=%2B34600000830").await;
    assert_eq!(early["items"], json!([]), "it never came to us");
}

/// The dialplan's global that says how many calls it turns away.
const SHED: &str = "STASISD_SHED_stasisd";

#[tokio::test(flavor = "multi_thread")]
async fn what_the_dialplan_was_told_to_turn_away_it_soon_forgets() {
    let site = Site::start("forgets", "").await;
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let until = now() + 4;
    // All of them, which the daemon never tells.
    site.rig.set_global(SHED, &format!("{until}999"));
    let mut early = 0;
    while now() < until - 1 {
        let caller = station(&site.rig, &format!("early{early}"), "+34600000850", "4").wait_ms(200).hang_up();
        assert!(blocking(|| caller.run()).as_expected());
        early += 1;
    }
    assert!(early > 3, "{early}");
    // The second that it names is the last.
    while now() <= until {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let late = station(&site.rig, "late", "+34600000851", "4").until_bye(LONG);
    blocking(|| late.run());
    assert_eq!(ended(&site.api(), "+34600000851").await["disposition"], "completed");
    let calls = site.api().get("/v1/calls?caller=%2B34600000850").await;
    let came = calls["items"].as_array().unwrap().len();
    // One in a thousand would come.
    assert!(came * 3 < early, "{came} of {early} came to us");
    assert!(site.rig.log().contains("stasisd: more calls come than can be served, and this one is too many"));
}

fn order(version: u32, length: usize) -> Value {
    json!({ "phones": ["+34600000820"], "status": "ready", "version": version, "facts": { "title": "x".repeat(length) } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_refuses_new_orders_and_calls_go_on() {
    let rig = blocking(|| Rig::start("disk"));
    let proxy = Proxy::start(([127, 0, 0, 1], rig.port("HTTP_PORT")).into()).await;
    let mut beside = beside(&rig);
    beside.url = format!("http://{}", proxy.address);
    let mut daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside, "");
    let url = format!("sqlite://{}/small.db?max_page_count=300", daemon.directory.display());
    super::configure(&daemon, &format!("[storage]\nurl = \"{url}\"\nstatement_timeout_ms = 1000\n"));
    daemon.start().await;
    daemon.ready().await;
    let site = Site { daemon, rig };
    let api = site.api();
    let caller =
        station(&site.rig, "goes-on", "+34600000821", "2").wait_ms(22_000).press('1').until_bye(LONG).start();
    at_step(&api, "+34600000821", "menu").await;

    let (mut accepted, mut refusal) = (0, (0, Value::Null));
    // What is too large for the last pages, then what is not.
    for length in [6000, 1000, 10] {
        refusal = loop {
            let path = format!("/v1/orders/full-{accepted}");
            let (status, body) = api.send(Method::PUT, &path, Some(&order(1, length))).await.unwrap();
            if status >= 300 {
                break (status, body);
            }
            accepted += 1;
            assert!(accepted < 1000, "the disk never becomes full");
        };
    }
    assert!(matches!(refusal.0, 503 | 507), "{refusal:?}");
    assert!(refusal.1["detail"].as_str().unwrap().contains("full"), "{refusal:?}");
    for index in 0..accepted {
        api.get(&format!("/v1/orders/full-{index}")).await;
    }
    // A new call on a full disk.
    let other = station(&site.rig, "meanwhile", "+34600000822", "4").until_bye(LONG);
    assert!(blocking(|| other.run()).as_expected());
    unready(&site.daemon, "writes fail").await;
    // Not even a lost connection ends what goes on.
    proxy.cut();
    until(&api, "/v1/calls?live=true", |calls| calls["items"][0]["taken_up"] == 1).await;
    assert!(blocking(|| caller.wait()).as_expected());

    for index in 0..accepted {
        let (status, body) =
            api.send(Method::DELETE, &format!("/v1/orders/full-{index}"), None).await.unwrap();
        assert!(status < 300, "{body}");
    }
    site.daemon.ready().await;
    api.put("/v1/orders/again", &order(1, 10)).await;
    for number in ["+34600000821", "+34600000822"] {
        let call = ended(&api, number).await;
        assert_eq!(call["disposition"], "completed", "{call}\n{}", site.daemon.log());
    }
}
