//! The daemon as a whole on PostgreSQL: an order, a call, a kill in the middle of it.

use serde_json::json;

use super::{LONG, at_step, blocking, ended};
use crate::{
    orders::Site,
    support::{postgres::Postgres, sipp::Caller},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_after_a_kill() {
    let url = blocking(|| Postgres::shared().database());
    let mut site = Site::start("postgresql", &format!("[storage]\nurl = \"{url}\"\n")).await;
    let order = json!({ "phones": ["+34600001301"], "status": "ready", "facts": { "title": "the shoes" }, "version": 1 });
    site.api().put("/v1/orders/P-1", &order).await;
    let caller = Caller::new(&site.rig, "petra").number("+34600001301").wait_ms(6_000).press('1');
    let calling = caller.until_bye(LONG).start();
    let call = at_step(&site.api(), "+34600001301", "status").await;
    // What is shown comes from the running daemon; this waits until it is stored as well.
    site.api().get(&format!("/v1/calls/{}", call["id"].as_str().unwrap())).await;
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    assert!(blocking(|| calling.wait()).as_expected());
    let call = ended(&site.api(), "+34600001301").await;
    assert_eq!((&call["disposition"], &call["taken_up"]), (&"completed".into(), &1.into()), "{call}");
    let said = site.said(&call).await;
    assert!(said.iter().any(|text| text.contains("the shoes")), "{said:?}");
    assert!(!site.daemon.directory.join("stasisd.db").exists(), "no other database was made");
}
