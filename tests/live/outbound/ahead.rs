//! Calls for later, what was missed, and newer ones about the same.

use serde_json::json;

use super::{Ground, last, ms, once};
use crate::support::sipp::Manner;

#[tokio::test(flavor = "multi_thread")]
async fn a_call_for_later_is_made_then_and_one_that_was_missed_is_told() {
    let mut ground =
        Ground::start("out-later", &[("..", Manner::Picks(ms(200)))], "calls_per_second = 20.0\n").await;
    let in_time = |number: &str, at: &str, not_after: Option<&str>| {
        let mut order = once(number);
        order["at"] = json!(at);
        order["not_after"] = json!(not_after);
        order
    };
    let at = |secs: i64| (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(secs)).to_string();
    let soon = ground.order(&in_time("+34600000001", &at(3), None)).await;
    assert_eq!(ground.farm.invites().len(), 0);
    let order = ground.ended(&soon).await;
    let due: jiff::Timestamp = order["order"]["not_before"].as_str().unwrap().parse().unwrap();
    let dialled: jiff::Timestamp = last(&order)["dialled_at"].as_str().unwrap().parse().unwrap();
    assert!(dialled >= due, "{order}");

    // The daemon is away when these are due: one is called late, for the other it is too late.
    let late = ground.order(&in_time("+34600000002", &at(1), None)).await;
    let missed = ground.order(&in_time("+34600000003", &at(1), Some(&at(2)))).await;
    ground.daemon.kill();
    tokio::time::sleep(ms(3000)).await;
    ground.daemon.start().await;
    ground.daemon.ready().await;
    assert_eq!(ground.ended(&late).await["order"]["end"], "done");
    let missed = ground.ended(&missed).await;
    assert_eq!(
        (&missed["order"]["end"], missed["attempts"].as_array().map(Vec::len)),
        (&json!("expired"), Some(0)),
        "{missed}"
    );
    assert_eq!(ground.farm.count("+34600000003"), 0);
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_call_about_the_same_replaces_one_that_waits() {
    let ground = Ground::start("out-newer", &[("..", Manner::Picks(ms(200)))], "").await;
    let about = |text: &str, at: &str| {
        let mut order = once("+34600000001");
        (order["text"], order["at"], order["subject"]) = (json!(text), json!(at), json!("order:A-1"));
        order
    };
    let older = ground.order(&about("Your order is packed.", "in 1 min")).await;
    let newer = ground.order(&about("Your order is at the door.", &jiff::Timestamp::now().to_string())).await;
    assert_eq!(ground.ended(&older).await["order"]["end"], "cancelled");
    let order = ground.ended(&newer).await;
    assert_eq!(ground.said(last(&order)).await, ["Your order is at the door."]);
    assert_eq!(ground.farm.invites().len(), 1);
    ground.settled().await;
}
