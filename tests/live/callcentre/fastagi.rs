//! `AGI(agi://…)` from a real Asterisk, by the subroutines of dialplan/stasisd-agi.conf.

use std::time::Duration;

use serde_json::json;

use crate::{
    orders::{Site, run},
    support::{
        eventually,
        rig::Rig,
        sipp::{Answer, Answerer, Caller},
    },
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

/// A contact whose name would do harm, a blocked caller, and a rule.
async fn furnished(site: &Site) {
    let name = "Eve \"${SHELL(id)}\" <sip:x@y>, \\ Smith";
    let contact = json!({ "name": name, "numbers": ["+34600000001"], "facts": { "City": "Girona" } });
    site.api().put("/v1/contacts/K-1", &contact).await;
    site.api().put("/v1/lists/block/%2B34600000002", &json!({})).await;
    let rule = json!({ "caller": "+34600000001", "target": { "kind": "queue", "queue": "operators" } });
    site.api().put("/v1/rules/r-1", &rule).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_phone_that_rings_shows_the_contacts_name() {
    let site = site("agi-lookup").await;
    furnished(&site).await;
    let phone = Answerer::start(
        &site.rig,
        "phone",
        Answer::Picks(Duration::from_millis(200), Duration::from_secs(1)),
    );
    let dial = phone.endpoint().trim_start_matches("PJSIP/").to_owned();
    site.rig.set_global("RIG_AGI_DIAL", &dial);
    called(&site.rig, "eve", "lookup", "600000001");
    assert_eq!(set(&site.rig, "eve", "CONTACT"), "found", "{}", site.rig.log());
    let shown = "Eve SHELLid sipxy Smith";
    assert_eq!(set(&site.rig, "eve", "NAME").replace(':', ""), shown);
    let from = phone.messages().iter().find_map(|message| message.header("From").map(str::to_owned)).unwrap();
    assert!(from.replace(':', "").starts_with(&format!("\"{shown}\" <sip")), "{from}");
    site.rig.set_global("RIG_AGI_DIAL", "");
    called(&site.rig, "nobody", "lookup", "600000009");
    assert_eq!(set(&site.rig, "nobody", "CONTACT"), "none");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_dialplan_screens_and_routes_its_callers() {
    let site = site("agi-route").await;
    furnished(&site).await;
    for (name, number, screen, route) in [
        ("eve", "600000001", "none", "queue operators"),
        ("mal", "600000002", "block", "reject 21"),
        ("bob", "600000003", "none", "flow order-status"),
    ] {
        called(&site.rig, name, "screen", number);
        assert_eq!(set(&site.rig, name, "SCREEN"), screen, "{name}: {}", site.rig.log());
        called(&site.rig, name, "route", number);
        assert_eq!(set(&site.rig, name, "ROUTE"), route, "{name}");
    }
    // The way in that is made of them.
    let blocked = run(Caller::new(&site.rig, "mallory").number("600000002").to("agi-in").until_bye(SOON));
    assert_eq!(blocked.status(), Some(403), "{blocked:#?}");
    let eve = run(Caller::new(&site.rig, "eve2").number("600000001").to("agi-in").wait_ms(8_000).hang_up());
    assert_eq!(eve.status(), Some(200), "{eve:#?}");
    crate::orders::reached_a_person(&site.rig, "eve2");
    let bob = run(Caller::new(&site.rig, "bob2").number("600000003").to("agi-in").wait_ms(3_000).hang_up());
    assert_eq!(bob.status(), Some(200), "{bob:#?}");
    let call = site.ended("%2B34600000003").await;
    assert_eq!((&call["called"], &call["flow"]), (&"1000".into(), &"order-status".into()), "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ringing_desk_is_told_with_its_contact() {
    let site = site("agi-ringring").await;
    furnished(&site).await;
    let mut events = site.api().follow(0);
    site.rig.set_global("RIG_AGI_1", "101");
    called(&site.rig, "eve", "ringring", "600000001");
    assert_eq!(set(&site.rig, "eve", "ERROR"), "", "{}", site.rig.log());
    let ringing = async {
        loop {
            let sent = events.recv().await.expect("the stream goes on");
            if sent.kind == "call.ringing" {
                return sent.data;
            }
        }
    };
    let ringing = tokio::time::timeout(SOON, ringing).await.expect("call.ringing");
    assert_eq!(
        (&ringing["data"]["extension"], &ringing["data"]["contact"]["id"]),
        (&"101".into(), &"K-1".into()),
        "{ringing}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_kept() {
    let site = site("agi-note").await;
    site.rig.set_global("RIG_AGI_1", "");
    site.rig.set_global("RIG_AGI_2", "wants-a-taxi");
    called(&site.rig, "eve", "note", "600000001");
    assert_eq!(set(&site.rig, "eve", "ERROR"), "", "{}", site.rig.log());
    let note = site.api().get(&format!("/v1/notes/{}", set(&site.rig, "eve", "NOTE"))).await;
    assert_eq!((&note["text"], &note["number"]), (&"wants-a-taxi".into(), &"+34600000001".into()), "{note}");
    // A category that nobody knows.
    site.rig.set_global("RIG_AGI_1", "strange");
    called(&site.rig, "eve", "note", "600000001");
    assert_eq!(
        (set(&site.rig, "eve", "ERROR").as_str(), set(&site.rig, "eve", "NOTE").as_str()),
        ("argument", "")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_ask_the_control_port() {
    let site = site("agi-programs").await;
    furnished(&site).await;
    let order = json!({ "phones": ["+34600000001"], "status": "on_the_way", "facts": {}, "version": 1 });
    site.api().put("/v1/orders/A-1", &order).await;
    let settings = site.daemon.directory.join("agi.conf");
    let text = format!("url = {}\ntoken = {}\n", site.daemon.base, site.daemon.token());
    std::fs::write(&settings, text).unwrap();
    site.rig.set_global("RIG_AGI_CONF", &settings.display().to_string());
    let program = |name: &str, program: &str, number: &str| {
        let caller = Caller::new(&site.rig, name).number(number).to(&format!("prog-{program}"));
        let call = run(caller.until_bye(SOON));
        assert!(call.as_expected(), "{call:#?}\n{}", site.rig.log());
        assert_eq!(set(&site.rig, name, "ERROR"), "", "{program}: {}", site.rig.log());
    };
    program("eve", "lookup", "600000001");
    assert_eq!(set(&site.rig, "eve", "NAME").replace(':', ""), "Eve SHELLid sipxy Smith");
    program("eve", "route", "600000001");
    assert_eq!(set(&site.rig, "eve", "ROUTE"), "queue operators");
    program("mal", "screen", "600000002");
    assert_eq!(set(&site.rig, "mal", "SCREEN"), "block");
    program("eve", "status", "600000001");
    assert_eq!(set(&site.rig, "eve", "ORDERS"), "1 on_the_way");
    site.rig.set_global("RIG_AGI_1", "101");
    program("eve", "ringring", "600000001");
    site.rig.set_global("RIG_AGI_1", "person=101");
    site.rig.set_global("RIG_AGI_2", "wants-a-taxi");
    program("eve", "note", "600000001");
    let note = set(&site.rig, "eve", "NOTE");
    let note = site.api().get(&format!("/v1/notes/{note}")).await;
    assert_eq!((&note["text"], &note["person"]), (&"wants-a-taxi".into(), &"101".into()), "{note}");
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
