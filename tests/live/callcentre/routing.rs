//! Rules decide where callers go: every "what if" of a call centre that moves its callers between people and an IVR.

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::{Value, json};

use crate::{
    orders::{Site, reached_a_person, run},
    support::{
        audio::contains,
        sipp::{Called, Caller, EndedBy, Farm, Manner},
    },
};

/// Longer than anything takes on a slow machine.
const LONG: Duration = Duration::from_secs(60);

/// Calls that no rule claims go to the operators.
const DEFAULT: &str = "[routing]\ndefault = \"queue:operators\"\n[calls]\ncountry = \"ES\"\n";

fn to_flow(caller: &str) -> Value {
    json!({ "caller": caller, "target": { "kind": "flow", "flow": "order-status" } })
}

async fn order(site: &Site, phone: &str) {
    let body =
        json!({ "phones": [phone], "status": "on_the_way", "facts": { "title": "the taxi" }, "version": 1 });
    site.api().put("/v1/orders/A-1", &body).await;
}

async fn old(site: &Site, path: &str, body: &Value) {
    let (status, answer) = site.api().send(Method::POST, path, Some(body)).await.unwrap();
    assert_eq!((status, &answer["status"]), (200, &json!("ok")), "{answer}");
}

/// A short call, hung up by the caller at the latest.
fn call(site: &Site, name: &str, number: &str) -> Called {
    run(Caller::new(&site.rig, name).number(number).wait_ms(6000).hang_up())
}

/// The way that the ended call of this caller was sent.
async fn routed(site: &Site, number: &str) -> Value {
    let call = site.ended(&number.replace('+', "%2B")).await;
    assert!(call["route"].is_object(), "{call}");
    call
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_with_an_order_hears_the_ivr_and_then_operators_again() {
    let site = Site::start("route-ivr", DEFAULT).await;
    order(&site, "+34600000001").await;
    // The rule does not exist yet, or could never be made: an operator.
    call(&site, "before", "+34600000001");
    reached_a_person(&site.rig, "before");
    let before = routed(&site, "+34600000001").await;
    assert_eq!(before["route"]["target"], json!({"kind": "queue", "queue": "operators"}));
    assert_eq!((&before["disposition"], &before["flow"]), (&json!("transferred"), &json!("")));

    old(&site, "/routetoivr", &json!({ "phone": "600 00 00 02", "time": 600, "order_id": "A-1" })).await;
    let body = json!({ "phones": ["+34600000002"], "status": "on_the_way", "facts": { "title": "the taxi" }, "version": 2 });
    site.api().put("/v1/orders/A-1", &body).await;
    let called = run(Caller::new(&site.rig, "during").number("+34600000002").until_bye(LONG));
    assert_eq!((called.status(), called.ended_by()), (Some(200), EndedBy::Asterisk));
    let during = routed(&site, "+34600000002").await;
    assert_eq!(
        (&during["flow"], &during["route"]["rule"]),
        (&json!("order-status"), &json!("ivr:34600000002"))
    );
    assert!(site.said(&during).await[0].contains("the taxi"), "{during}");
    let whole = site.api().get(&format!("/v1/calls/{}", during["id"].as_str().unwrap())).await;
    let told = whole["timeline"].as_array().unwrap().iter().find(|one| one["kind"] == "call.routed");
    assert_eq!(told.unwrap()["data"]["target"], "flow:order-status", "{whole}");

    old(&site, "/routetooperator", &json!({ "phone": "600000002" })).await;
    old(&site, "/routetooperator", &json!({ "phone": "600000002" })).await;
    call(&site, "after", "+34600000002");
    reached_a_person(&site.rig, "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_outlived_its_order_leads_to_an_operator_and_expires() {
    let site = Site::start("route-late", DEFAULT).await;
    // The order is over and the rule still lives: the IVR finds nothing and transfers.
    let rule = json!({ "caller": "+34600000003", "target": { "kind": "flow", "flow": "order-status" }, "ttl_secs": 25 });
    let begun = Instant::now();
    site.api().put("/v1/rules/late", &rule).await;
    // The flow says a sentence first, and a queue tries again after seconds.
    let call = |name| run(Caller::new(&site.rig, name).number("+34600000003").wait_ms(11_000).hang_up());
    call("late");
    reached_a_person(&site.rig, "late");
    let late = routed(&site, "+34600000003").await;
    assert_eq!((&late["flow"], &late["route"]["rule"]), (&json!("order-status"), &json!("late")));
    // It could not be deleted: it expires.
    let rest = Duration::from_secs(26).saturating_sub(begun.elapsed());
    tokio::time::sleep(rest).await;
    let told =
        site.api().send(Method::POST, "/v1/route", Some(&json!({ "from": "+34600000003" }))).await.unwrap().1;
    assert_eq!(told["route"]["rule"], Value::Null, "{told}");
    call("expired");
    reached_a_person(&site.rig, "expired");
    let calls = site.api().get("/v1/calls?caller=%2B34600000003").await;
    let newest = &calls["items"][0]["route"];
    assert_eq!(newest["target"], json!({"kind": "queue", "queue": "operators"}), "{calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_callers_get_the_right_code() {
    let site = Site::start("route-reject", DEFAULT).await;
    for (reason, digit) in [("busy", 1), ("forbidden", 2), ("unallocated", 3)] {
        let rule = json!({ "caller": format!("+3460000001{digit}"), "target": { "kind": "reject", "reason": reason } });
        site.api().put(&format!("/v1/rules/{reason}"), &rule).await;
    }
    site.api().put("/v1/lists/block/%2B4420*", &json!({ "note": "rude" })).await;
    let codes = [
        ("+34600000011", 486, 17),
        ("+34600000012", 403, 21),
        ("+34600000013", 404, 1),
        ("+442012345678", 403, 21),
    ];
    for (i, (number, code, cause)) in codes.into_iter().enumerate() {
        let called =
            run(Caller::new(&site.rig, &format!("refused{i}")).number(number).wait_ms(1000).hang_up());
        assert_eq!((called.status(), called.ended_by()), (Some(code), EndedBy::NotAnswered), "{number}");
        let call = routed(&site, number).await;
        assert_eq!((&call["disposition"], &call["cause"]), (&json!("rejected"), &json!(cause)), "{call}");
        assert_eq!(call["answered_at"], Value::Null);
    }
    let blocked = routed(&site, "+442012345678").await;
    assert_eq!(blocked["route"]["reason"], "the caller is on the list block");
    call(&site, "other", "+34600000019");
    reached_a_person(&site.rig, "other");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_an_extension_and_no_circle() {
    let site = Site::start("route-places", DEFAULT).await;
    let rule = |to: &str, target: Value| json!({ "called": to, "target": target });
    // A queue that nobody serves: its music is heard, not the operators.
    site.api().put("/v1/rules/vip", &rule("2000", json!({"kind": "queue", "queue": "phones"}))).await;
    let place = |context: &str, extension: &str| json!({ "kind": "extension", "context": context, "extension": extension });
    site.api().put("/v1/rules/place", &rule("3000", place("stasisd-operators", "s"))).await;
    // Two rules that send each other's calls on: each by itself is well.
    site.api().put("/v1/rules/round", &rule("4000", place("stasisd-inbound", "5000"))).await;
    site.api().put("/v1/rules/about", &rule("5000", place("stasisd-inbound", "4000"))).await;

    run(Caller::new(&site.rig, "queued").number("+34600000021").to("2000").wait_ms(4000).hang_up());
    let queued = routed(&site, "+34600000021").await;
    assert!(queued["detail"].as_str().unwrap().starts_with("queue phones, rule vip"), "{queued}");
    let score = contains(&site.rig.heard("queued"), &site.rig.sound("tt-weasels"));
    assert!(score < 0.5, "another queue than the operators': {score}");

    run(Caller::new(&site.rig, "placed").number("+34600000022").to("3000").wait_ms(6000).hang_up());
    reached_a_person(&site.rig, "placed");
    assert_eq!(routed(&site, "+34600000022").await["route"]["rule"], "place");

    run(Caller::new(&site.rig, "round").number("+34600000023").to("4000").wait_ms(6000).hang_up());
    reached_a_person(&site.rig, "round");
    let calls = site.api().get("/v1/calls?caller=%2B34600000023").await;
    let ways: Vec<_> =
        calls["items"].as_array().unwrap().iter().map(|call| call["route"]["rule"].clone()).collect();
    assert_eq!(ways, [Value::Null, json!("round")], "the second time no rule sends it on: {calls}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_onward_through_a_gateway_and_shows_what_it_may() {
    let (rig, mut daemon) = Site::prepare("route-onward", "");
    let farm = tokio::task::block_in_place(|| {
        Farm::people(
            &rig,
            &[("01", Manner::Picks(Duration::from_millis(300))), ("02", Manner::Refuses(486, ""))],
        )
    });
    let shown = "caller_id = \"+34900000001\"\n";
    let more = format!("{DEFAULT}{}", farm.gateway("carrier", shown));
    std::fs::write(daemon.directory.join("conf.d/50-test.toml"), more).unwrap();
    daemon.start().await;
    daemon.ready().await;
    let site = Site { daemon, rig };
    for (to, number) in [("2001", "+34911000001"), ("2002", "+34911000002")] {
        let target = json!({ "kind": "gateway", "gateway": "carrier", "number": number });
        site.api().put(&format!("/v1/rules/to-{to}"), &json!({ "called": to, "target": target })).await;
    }
    let called =
        run(Caller::new(&site.rig, "onward").number("+34600000031").to("2001").wait_ms(4000).hang_up());
    assert_eq!((called.status(), called.ended_by()), (Some(200), EndedBy::Caller), "{}", site.daemon.log());
    let onward = routed(&site, "+34600000031").await;
    assert_eq!(
        (&onward["vars"]["number"], &onward["vars"]["shown"]),
        (&json!("+34911000001"), &json!("+34900000001"))
    );
    let invites = farm.invites();
    assert_eq!((invites.len(), invites[0].caller.as_str()), (1, "+34900000001"), "{onward}");
    // It rang and was not answered for the caller before the other side was.
    let busy = run(Caller::new(&site.rig, "busy").number("+34600000032").to("2002").wait_ms(4000).hang_up());
    assert_eq!((busy.status(), busy.ended_by()), (Some(486), EndedBy::NotAnswered), "{}", site.daemon.log());
    let gateways = site.api().get("/v1/gateways").await;
    assert_eq!(
        (&gateways["items"][0]["calls"], &gateways["items"][0]["calls_today"]),
        (&json!(0), &json!(2))
    );
    site.rig.quiet(LONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_went_onward_outlives_its_daemon_and_is_not_dialled_again() {
    let (rig, mut daemon) = Site::prepare("route-killed", "");
    let picks = Manner::Picks(Duration::from_millis(300));
    let farm = tokio::task::block_in_place(|| Farm::people(&rig, &[("..", picks)]));
    let more = format!("{DEFAULT}{}", farm.gateway("carrier", "caller_id = \"+34900000001\"\n"));
    std::fs::write(daemon.directory.join("conf.d/50-test.toml"), more).unwrap();
    daemon.start().await;
    daemon.ready().await;
    let mut site = Site { daemon, rig };
    let target = json!({ "kind": "gateway", "gateway": "carrier", "number": "+34911000001" });
    site.api().put("/v1/rules/onward", &json!({ "called": "2001", "target": target })).await;
    let caller = Caller::new(&site.rig, "kept").number("+34600000061").to("2001").until_bye(LONG).start();
    tokio::task::block_in_place(|| caller.answered(LONG));
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    // It is taken up on a task of its own.
    let until = std::time::Instant::now() + LONG;
    loop {
        let gateways = site.api().get("/v1/gateways").await;
        if gateways["items"][0]["calls"] == 1 {
            break;
        }
        assert!(std::time::Instant::now() < until, "it counts as it did before: {gateways}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let live = site.api().get("/v1/calls?live=true").await;
    let call = &live["items"][0];
    assert_eq!((&call["taken_up"], &call["route"]["rule"]), (&json!(1), &json!("onward")), "{live}");
    let path = format!("/v1/calls/{}", call["id"].as_str().unwrap());
    let (status, _) = site.api().send(Method::DELETE, &path, None).await.unwrap();
    assert!(status < 300, "{status}");
    let called = tokio::task::block_in_place(|| caller.wait());
    assert_eq!(called.ended_by(), EndedBy::Asterisk);
    assert_eq!(farm.invites().len(), 1, "nobody is dialled twice");
    site.rig.quiet(LONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_daemon_callers_reach_the_operators_and_rules_are_kept() {
    let mut site = Site::start("route-down", DEFAULT).await;
    site.api().put("/v1/rules/a", &to_flow("+34600000041")).await;
    site.daemon.kill();
    call(&site, "down", "+34600000041");
    reached_a_person(&site.rig, "down");
    site.daemon.start().await;
    site.daemon.ready().await;
    run(Caller::new(&site.rig, "up").number("+34600000041").wait_ms(3000).hang_up());
    assert_eq!(routed(&site, "+34600000041").await["route"]["rule"], "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_call_goes_back_the_way_the_customer_came() {
    let (rig, mut daemon) = Site::prepare("route-link", "");
    let farm = tokio::task::block_in_place(|| {
        Farm::people(&rig, &[("..", Manner::Picks(Duration::from_millis(200)))])
    });
    let numbers = "caller_id = \"+34900000001\"\ncaller_ids = [\"+34900000002\"]\n";
    let windows = "[outbound.windows]\nexempt = [\"alert\", \"callback\", \"campaign\"]\n";
    let gateways = format!("{}{}", farm.gateway("carrier", numbers), farm.gateway("other", numbers));
    std::fs::write(daemon.directory.join("conf.d/50-test.toml"), format!("{DEFAULT}{windows}{gateways}"))
        .unwrap();
    daemon.start().await;
    daemon.ready().await;
    let site = Site { daemon, rig };
    // The number and gateway of the link; a number that may not be shown; no link at all.
    let cases = [
        (
            "A-1",
            Some(json!({"order_id": "A-1", "inbound_number": "900000002", "gateway": "other"})),
            "other",
            "+34900000002",
        ),
        (
            "A-2",
            Some(json!({"order_id": "A-2", "inbound_number": "900000009", "gateway": "gone"})),
            "carrier",
            "+34900000001",
        ),
        ("A-3", None, "carrier", "+34900000001"),
    ];
    for (asked, (id, link, gateway, shown)) in cases.into_iter().enumerate() {
        if let Some(link) = link {
            old(&site, "/tel/inbound_number", &link).await;
        }
        let path = format!("/make_call?order_id={id}&phone=600000051&status=arrived");
        let (status, made) = site.api().send(Method::GET, &path, None).await.unwrap();
        assert_eq!(status, 200, "{made}");
        tokio::task::block_in_place(|| farm.rung("+34600000051", asked + 1));
        assert_eq!(farm.invites()[asked].caller, shown, "{id}");
        let path = format!("/v1/call-orders/{}", made["call_id"].as_str().unwrap());
        let order = site.api().get(&path).await["order"].take();
        assert_eq!((&order["gateway"], &order["caller_id"]), (&json!(gateway), &json!(shown)), "{id}");
        site.api().send(Method::DELETE, &path, None).await.unwrap();
    }
    assert_eq!(farm.invites().len(), 3);
    site.rig.quiet(LONG);
}
