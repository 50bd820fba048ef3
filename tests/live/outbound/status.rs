//! Status calls: an order's customer is called when its status becomes one that has a rule.

use serde_json::{Value, json};

use super::{Ground, LONG, last, ms};
use crate::support::sipp::Manner;

fn order(status: &str, version: u32) -> Value {
    json!({ "phones": ["+34600000001"], "status": status, "facts": { "title": "the shoes" }, "version": version })
}

#[tokio::test(flavor = "multi_thread")]
async fn several_changes_are_one_call_with_the_newest_status() {
    let ground = Ground::start("out-status", &[("..", Manner::Picks(ms(200)))], "").await;
    let api = ground.api();
    for (status, version) in [("ready", 1), ("delayed", 2), ("ready", 3), ("delivered", 4), ("ready", 5)] {
        api.put("/v1/orders/A-1", &order(status, version)).await;
    }
    // Sent again, or late: changes nothing.
    api.put("/v1/orders/A-1", &order("ready", 5)).await;
    api.put("/v1/orders/A-1", &order("delivered", 4)).await;
    let orders = api.get("/v1/call-orders?limit=100&state=waiting").await;
    let waiting = orders["items"].as_array().unwrap();
    assert_eq!(waiting.len(), 1, "{orders}");
    let done = ground.ended(waiting[0]["id"].as_str().unwrap()).await;
    assert_eq!(done["order"]["end"], "done", "{done}\n{}", ground.daemon.log());
    let said = ground.said(last(&done)).await.join(" ");
    assert!(said.contains("the shoes") && said.contains("ready"), "{said}");
    assert_eq!(ground.farm.invites().len(), 1);
    ground.rig.quiet(LONG);
}
