//! Calls that are not wanted any more, and lines that are free again whatever happened.

use serde_json::json;

use super::{Ground, last, ms, once};
use crate::support::sipp::{Doing, Manner};

fn people() -> Vec<(&'static str, Manner)> {
    vec![
        ("01", Manner::Picks(ms(200))),
        ("02", Manner::Refuses(486, "")),
        ("03", Manner::Refuses(404, "")),
        ("08", Manner::Never),
        ("09", Manner::Mute),
        ("10", Manner::Crosses),
        ("12", Manner::Does(ms(200), vec![Doing::Wait(ms(300)), Doing::HangUp])),
    ]
}

const TALK: &str =
    "This is a long message, and it goes on for quite a while, so that there is time to stop it.";

#[tokio::test(flavor = "multi_thread")]
async fn one_that_waits_is_cancelled_at_once() {
    let ground = Ground::start("out-cancel-waits", &people(), "").await;
    let mut order = once("+34600000001");
    order["at"] = json!("in 10 min");
    let id = ground.order(&order).await;
    let cancelled = ground.cancel(&id).await;
    assert_eq!(
        (&cancelled["state"], &cancelled["end"]),
        (&json!("ended"), &json!("cancelled")),
        "{cancelled}"
    );
    let again = ground.cancel(&id).await;
    assert_eq!(again["end"], "cancelled");
    assert_eq!(ground.farm.invites().len(), 0);
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_rings_or_talks_is_hung_up() {
    let ground = Ground::start("out-cancel", &people(), "max_calls = 20\n").await;
    for (number, state) in
        [("+34600000008", "ringing"), ("+34600000001", "answered"), ("+34600000009", "dialled")]
    {
        let mut order = once(number);
        order["text"] = json!(TALK);
        order["ring_timeout_secs"] = json!(60);
        // What was cancelled is not made again, whatever the rule.
        order["retry"] = json!({ "ceiling": 3, "after": { "no_answer": { "delay_secs": 0, "max": 3 } } });
        let id = ground.order(&order).await;
        ground.farm.rung(number, 1);
        ground.reached(&id, state).await;
        ground.cancel(&id).await;
        let order = ground.ended(&id).await;
        assert_eq!(
            (&order["order"]["end"], &last(&order)["reach"]),
            (&json!("cancelled"), &json!("cancelled")),
            "{order}"
        );
        assert_eq!(ground.farm.count(number), 1);
    }
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_is_free_again_whatever_happens_on_it() {
    let keys = "calls_per_second = 20.0\nmax_calls = 1\nset_aside_after = 1000\nslow_after = 20\n";
    let ground = Ground::start("out-freed", &people(), keys).await;
    for end in ["02", "03", "08", "09", "10", "12", "01"] {
        let order = ground.ended(&ground.order(&once(&format!("+346000000{end}"))).await).await;
        assert_eq!(order["order"]["state"], "ended", "{order}");
    }
    // Cancelled while it rings; hung up by somebody at Asterisk's console while it talks.
    let id = ground.order(&once("+34600000108")).await;
    ground.reached(&id, "ringing").await;
    ground.cancel(&id).await;
    ground.ended(&id).await;
    let mut order = once("+34600000101");
    order["text"] = json!(TALK);
    let id = ground.order(&order).await;
    ground.reached(&id, "answered").await;
    ground.rig.cli("channel request hangup all");
    ground.ended(&id).await;
    let order = ground.ended(&ground.order(&once("+34600000201")).await).await;
    assert_eq!(last(&order)["reach"], "heard", "{order}");
    let gateways = ground.api().get("/v1/gateways").await;
    assert!(gateways.to_string().contains("\"calls\":0"), "{gateways}");
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_rings_as_long_as_it_may() {
    let ground = Ground::start("out-rings", &people(), "").await;
    let mut order = once("+34600000008");
    order["ring_timeout_secs"] = json!(3);
    let order = ground.ended(&ground.order(&order).await).await;
    let attempt = last(&order);
    let at = |name: &str| attempt[name].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    let rang = at("ended_at").duration_since(at("dialled_at"));
    assert!(rang.as_secs() >= 3, "{order}");
    assert_eq!(attempt["reach"], "no_answer", "{order}");
    ground.settled().await;
}
