//! `AGI(agi://…)` from a real Asterisk, by the subroutines of dialplan/stasisd-agi.conf.

use std::time::Duration;

use serde_json::json;

use crate::{
    orders::{Site, run},
    support::{eventually, rig::Rig, sipp::Caller},
};

const SOON: Duration = Duration::from_secs(15);

/// The site's dialplan asks the site's daemon.
async fn site(name: &str) -> Site {
    let site = Site::start(name, "[calls]\ncountry = \"ES\"\n").await;
    ask(&site.rig, site.daemon.fastagi);
    site
}

fn ask(rig: &Rig, port: u16) {
    rig.set_global("STASISD_AGI", &format!("127.0.0.1:{port}"));
}

/// Calls the rig's extension of an entry, and waits until what it set is kept.
fn called(rig: &Rig, name: &str, entry: &str, number: &str) {
    let caller = Caller::new(rig, name).number(number).to(&format!("agi-{entry}"));
    let call = run(caller.until_bye(SOON));
    assert!(call.as_expected(), "{call:#?}\n{}", rig.log());
}

/// What a caller's script set, as the rig keeps it.
#[track_caller]
fn set(rig: &Rig, name: &str, what: &str) -> String {
    rig.global(&format!("RIG_AGI_{name}_{what}")).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dialplan_learns_how_an_order_stands() {
    let site = site("agi-status").await;
    let order = json!({ "phones": ["+34600000001"], "status": "on_the_way", "facts": {}, "version": 1 });
    site.api().put("/v1/orders/A-1", &order).await;
    called(&site.rig, "alice", "status", "600000001");
    assert_eq!(set(&site.rig, "alice", "ORDERS"), "1 on_the_way", "{}", site.rig.log());
    assert_eq!(
        (set(&site.rig, "alice", "STATUS"), set(&site.rig, "alice", "ERROR")),
        ("SUCCESS".into(), String::new())
    );
    called(&site.rig, "bob", "status", "600000002");
    assert_eq!(set(&site.rig, "bob", "ORDERS").trim(), "0");
    let metrics = site.api().get("/metrics").await;
    let metrics = metrics.as_str().unwrap();
    let answered = "stasisd_fastagi_sessions_total{entry=\"status\",outcome=\"answered\"} 2";
    assert!(metrics.contains(answered), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_fails_the_call_goes_on() {
    let mut site = site("agi-fails").await;
    site.daemon.kill();
    called(&site.rig, "dave", "status", "600000003");
    assert_eq!(set(&site.rig, "dave", "ERROR"), "down", "{}", site.rig.log());
    assert_eq!(set(&site.rig, "dave", "STATUS"), "FAILURE");
    // A way in whose daemon is away leads to the operators.
    let call = run(Caller::new(&site.rig, "erin").number("600000003").to("agi-in").wait_ms(8_000).hang_up());
    assert_eq!(call.status(), Some(200), "{call:#?}");
    crate::orders::reached_a_person(&site.rig, "erin");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_while_the_script_thinks_leaves_nothing_behind() {
    let site = site("agi-hangup").await;
    // A frozen daemon thinks for as long as it takes.
    site.daemon.signal("STOP");
    let caller = Caller::new(&site.rig, "frank").number("600000004").to("agi-status");
    let call = run(caller.cancel_after(Duration::from_millis(500)));
    assert!(call.as_expected(), "{call:#?}");
    site.daemon.signal("CONT");
    eventually(SOON, || match site.rig.channels() {
        0 => Ok(()),
        _ => Err(site.rig.cli("core show channels")),
    });
    called(&site.rig, "grace", "status", "600000004");
    assert_eq!(set(&site.rig, "grace", "ERROR"), "");
}
