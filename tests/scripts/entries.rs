//! What each entry sets, and that none is left out when there is no answer.

use stasisd::{
    model::Contact,
    scripts::{Entry, Ringing},
};

use crate::site::{Site, shipped};

const EVE: &str = "600000001";
const STRANGER: &str = "600000009";

#[tokio::test]
async fn lookup_names_the_caller() {
    let site = Site::start().await;
    let ran = site.channel("lookup", EVE).run().await;
    assert_eq!((ran.get("STASISD_CONTACT"), ran.get("STASISD_CONTACT_ID")), ("found", "K-1"));
    assert_eq!((ran.get("CALLERID(name)"), ran.get("STASISD_CONTACT_NAME")), ("Eve Smith", "Eve Smith"));
    assert_eq!((ran.get("STASISD_CONTACT_ITEMS"), ran.get("STASISD_CONTACT_ALERT")), ("3", "owes 12 €"));
    assert_eq!((ran.get("STASISD_FACT_CONTRACT_NO"), ran.get("STASISD_CONTACT_SOURCE")), ("0042", "own"));
    assert_eq!(ran.set.last().unwrap(), &("STASISD_ERROR".to_owned(), String::new()));

    let kept = site.channel("lookup?name=keep", EVE).run().await;
    assert!(kept.get("STASISD_CONTACT") == "found" && !kept.has("CALLERID(name)"), "{kept:?}");
    let other = site.channel("lookup", "unknown").argument("number=+34 600 00 00 01").run().await;
    assert_eq!(other.get("STASISD_CONTACT"), "found");
    for nobody in [STRANGER, "unknown", "", "anonymous", "sip:eve@example.org"] {
        let ran = site.channel("lookup", nobody).run().await;
        assert_eq!((ran.get("STASISD_CONTACT"), ran.get("STASISD_ERROR")), ("none", ""), "{nobody}");
        assert!(!ran.has("CALLERID(name)"));
    }
}

#[tokio::test]
async fn a_name_that_would_break_out_arrives_as_it_is() {
    let site = Site::start().await;
    let name = "Eve \"x\" \\ ${SHELL(id)} $[1]";
    *site.rooms.known.lock().unwrap() =
        Contact { name: format!("{name}\r\nEXEC System id"), ..Contact::default() };
    let ran = site.channel("lookup", EVE).run().await;
    assert_eq!(ran.get("STASISD_CONTACT_NAME"), format!("{name}  EXEC System id"));
    assert_eq!(ran.get("CALLERID(name)"), "Eve x SHELLid 1EXEC System id", "what phones are shown");
}

#[tokio::test]
async fn route_says_where_to_and_why() {
    let site = Site::start().await;
    let ran = site.channel("route?called=%2B34900000001&gateway=north", EVE).run().await;
    assert_eq!((ran.get("STASISD_ROUTE"), ran.get("STASISD_ROUTE_FLOW")), ("flow", "order-status"));
    assert_eq!(ran.get("STASISD_ROUTE_REASON"), "to +34900000001 by north");
    assert_eq!((ran.get("STASISD_ROUTE_RULE"), ran.get("STASISD_ROUTE_QUEUE")), ("r-1", ""));
    let ran = site.channel("route", STRANGER).run().await;
    assert_eq!((ran.get("STASISD_ROUTE"), ran.get("STASISD_ROUTE_QUEUE")), ("queue", "operators"));
    assert_eq!(ran.get("STASISD_ROUTE_REASON"), "to 1000 by", "the number that was dialled");
    let ran = site.channel("route", STRANGER).argument("routed=1").run().await;
    assert_eq!(ran.get("STASISD_ROUTE_REASON"), "to 1000 by again");
}

#[tokio::test]
async fn screen_and_status() {
    let site = Site::start().await;
    assert_eq!(site.channel("screen", EVE).run().await.get("STASISD_SCREEN"), "vip");
    assert_eq!(site.channel("screen", STRANGER).run().await.get("STASISD_SCREEN"), "block");
    assert_eq!(site.channel("screen", "unknown").run().await.get("STASISD_SCREEN"), "none");
    let ran = site.channel("status", EVE).run().await;
    assert_eq!((ran.get("STASISD_ORDERS"), ran.get("STASISD_ORDER_ID")), ("2", "A-2"));
    assert_eq!(ran.get("STASISD_ORDER_STATUS"), "on_the_way");
    assert_eq!(ran.get("STASISD_ORDER_TITLE"), "the \"red\" shoes");
    let ran = site.channel("status", STRANGER).run().await;
    assert_eq!((ran.get("STASISD_ORDERS"), ran.get("STASISD_ORDER_STATUS")), ("0", ""));
}

#[tokio::test]
async fn ringring_and_note_are_told() {
    let site = Site::start().await;
    let ran = site.channel("ringring", EVE).argument("101").run().await;
    assert_eq!(ran.get("STASISD_ERROR"), "");
    let rung = site.rooms.rung.lock().unwrap().pop().unwrap();
    let number = "+34600000001".to_owned();
    let channel = Some("rig1-1732158000.12".to_owned());
    assert_eq!((rung.extension.as_str(), rung.number.to_string()), ("101", number.clone()));
    assert_eq!(rung, Ringing { channel: channel.clone(), ..rung.clone() });
    let ran = site
        .channel("note?category=complaint|taxi", EVE)
        .argument("person=101")
        .argument("It, was late")
        .run()
        .await;
    assert_eq!((ran.get("STASISD_NOTE"), ran.get("STASISD_ERROR")), ("n-1", ""));
    let remark = site.rooms.remarks.lock().unwrap().pop().unwrap();
    assert_eq!((remark.text.as_str(), remark.channel), ("It, was late", channel));
    assert_eq!(remark.categories, ["complaint", "taxi"]);
    assert_eq!((remark.person.as_deref(), remark.number.unwrap().to_string()), (Some("101"), number));
    for without in ["ringring", "note"] {
        assert_eq!(site.channel(without, EVE).run().await.get("STASISD_ERROR"), "argument", "{without}");
    }
    let hidden = site.channel("ringring?extension=101", "unknown").run().await;
    assert_eq!(hidden.get("STASISD_ERROR"), "argument");
}

#[tokio::test]
async fn an_entry_that_is_none_ends_kindly() {
    let site = Site::start().await;
    for script in ["", "nothing", "lookup/x", "../lookup", "LOOKUP", "lookup%00"] {
        let ran = site.channel(script, EVE).run().await;
        assert_eq!(ran.set, [("STASISD_ERROR".to_owned(), "unknown".to_owned())], "{script}");
    }
}

#[tokio::test]
async fn a_room_that_fails_leaves_no_earlier_answer() {
    let site = Site::start().await;
    *site.rooms.is_broken.lock().unwrap() = true;
    for entry in Entry::ALL {
        let ran = site.channel(entry.name(), EVE).argument("101").run().await;
        assert_eq!(ran.get("STASISD_ERROR"), "unavailable", "{entry:?}");
        let rest = ran.set.iter().filter(|(name, value)| name != "STASISD_ERROR" && !value.is_empty());
        let rest: Vec<_> = rest.map(|(_, value)| value.as_str()).collect();
        assert!(rest.is_empty() || rest == ["none"], "{entry:?}: {rest:?}");
    }
}

#[tokio::test]
async fn a_room_that_hangs_is_left_in_time() {
    let site = Site::with(stasisd::config::FastAgiConfig { session_timeout_ms: 400, ..shipped() }).await;
    site.rooms.leave.forget_permits(usize::MAX);
    let ran = site.channel("lookup", EVE).run().await;
    assert_eq!((ran.get("STASISD_CONTACT"), ran.get("STASISD_ERROR")), ("", "timeout"));
}
