//! Lines are few: whose turn it is, how fast, how many at once.

use std::time::Duration;

use serde_json::json;

use super::{Ground, ms, once};
use crate::support::sipp::{Invited, Manner};

/// Most INVITEs in any second that begins with one.
fn fullest(invites: &[Invited]) -> usize {
    let within = |from: Duration| {
        invites.iter().filter(|other| other.at >= from && other.at < from + Duration::from_secs(1)).count()
    };
    invites.iter().map(|invited| within(invited.at)).max().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_takes_the_next_line() {
    let people = [("08", Manner::Never), ("..", Manner::Picks(ms(200)))];
    let ground = Ground::start("out-lanes", &people, "calls_per_second = 50.0\nmax_calls = 1\n").await;
    let mut first = once("+34600000008");
    first["ring_timeout_secs"] = json!(4);
    let first = ground.order(&first).await;
    ground.reached(&first, "ringing").await;
    let mut ids = Vec::new();
    for (number, lane) in [
        ("+34600000001", "campaign"),
        ("+34600000002", "campaign"),
        ("+34600000003", "callback"),
        ("+34600000004", "alert"),
    ] {
        let mut order = once(number);
        order["lane"] = json!(lane);
        ids.push(ground.order(&order).await);
    }
    for id in &ids {
        ground.ended(id).await;
    }
    let order: Vec<String> = ground.farm.invites().into_iter().map(|invited| invited.number).collect();
    assert_eq!(order, ["34600000008", "34600000004", "34600000003", "34600000001", "34600000002"]);
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_second_has_more_calls_than_the_gateway_takes() {
    let people = [("..", Manner::Refuses(486, ""))];
    let ground = Ground::start("out-pace", &people, "calls_per_second = 6.0\nmax_calls = 50\n").await;
    let calls: Vec<_> = (0..40).map(|index| once(&format!("+346000000{index:02}"))).collect();
    let (status, answer) = ground
        .api()
        .send(hyper::Method::POST, "/v1/calls/batch", Some(&json!({ "calls": calls })))
        .await
        .unwrap();
    assert_eq!(status, 200, "{answer}");
    ground.settled().await;
    let invites = ground.farm.invites();
    assert_eq!(invites.len(), 40);
    assert!(fullest(&invites) <= 6, "{} in one second: {invites:?}", fullest(&invites));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_never_more_calls_than_lines() {
    let ground =
        Ground::crowd("out-lines", "calls_per_second = 50.0\nmax_calls = 4\nslow_after = 20\n").await;
    for index in 0..20 {
        ground.order(&once(&format!("+346000000{:02}", index * 5))).await;
    }
    let mut most = 0;
    loop {
        most = most.max(tokio::task::block_in_place(|| ground.rig.channels()));
        assert!(most <= 4, "{most} calls at once");
        let orders = ground.api().get("/v1/call-orders?limit=100").await;
        if orders["items"].as_array().unwrap().iter().all(|order| order["state"] == "ended") {
            break;
        }
        tokio::time::sleep(ms(50)).await;
    }
    assert!(most >= 2, "the lines were never used together");
    ground.settled().await;
}
