//! Calls handed on by the ways of their gateway, as they are seen on the wire.

use std::time::Duration;

use serde_json::Value;

use crate::{
    orders::{Site, reached_a_person},
    support::{
        api::Api,
        rig::Rig,
        sipp::{Called, Caller, Ears, EndedBy, OnRefer},
    },
};

/// Longer than anything takes on a slow machine.
const LONG: Duration = Duration::from_secs(40);

const FLOW: &str = r#"
description = "Hands on"
languages = ["en"]
start = "go"

[steps.go]
do = "transfer"
to = "gateway"
say = "I connect you."
say_next = "One moment, I try another way."
refused = "nobody"

[steps.nobody]
do = "hangup"
say = "Nobody can be reached."
"#;

/// A gateway of that name with these ways.
pub fn gateway(name: &str, ways: &str) -> String {
    format!(
        "[gateways.{name}]\nendpoints = [{{ name = \"a\", dial = \"PJSIP/{{number}}@carrier\" }}]\ntransfer = [{ways}]\n"
    )
}

/// A site whose gateways have these ways; the flow is `on`.
pub async fn site(name: &str, gateways: impl FnOnce(&Rig) -> String) -> Site {
    let (rig, mut daemon) = Site::prepare(name, "");
    std::fs::write(daemon.directory.join("flows/on.toml"), FLOW).unwrap();
    std::fs::write(daemon.directory.join("conf.d/60-gateways.toml"), gateways(&rig)).unwrap();
    daemon.start().await;
    daemon.ready().await;
    Site { daemon, rig }
}

/// Where REFERs lead.
pub fn target(rig: &Rig) -> String {
    format!("sip:queue@127.0.0.1:{}", rig.port("CARRIER_PORT"))
}

/// What came of each way that was tried: method and outcome.
pub async fn tried(api: &Api, call: &Value) -> Vec<(String, String)> {
    let id = call["id"].as_str().unwrap();
    let whole = api.get(&format!("/v1/calls/{id}")).await;
    let timeline = whole["timeline"].as_array().unwrap_or_else(|| panic!("{whole}"));
    let tried = timeline.iter().filter(|notice| notice["kind"] == "call.transfer");
    let word = |notice: &Value, key: &str| notice["data"][key].as_str().unwrap().to_owned();
    tried.map(|notice| (word(notice, "method"), word(notice, "outcome"))).collect()
}

fn pairs(tried: &[(String, String)]) -> Vec<(&str, &str)> {
    tried.iter().map(|(method, outcome)| (method.as_str(), outcome.as_str())).collect()
}

/// A number of its own for each.
fn manner_number(name: &str) -> usize {
    ["405", "603", "486", "never"].iter().position(|known| *known == name).unwrap()
}

fn blocking<T>(wait: impl FnOnce() -> T) -> T {
    tokio::task::block_in_place(wait)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refer_that_is_followed_is_the_end_of_the_call_here() {
    let site = site("on-refer", |rig| gateway("tel", &format!("{{ refer = \"{}\" }}", target(rig)))).await;
    let caller = Caller::new(&site.rig, "moved").number("+34600001001").flow("on").gateway("tel");
    let called: Called = blocking(|| caller.until_bye(LONG).run());
    assert!(called.as_expected(), "{called:#?}");
    assert_eq!(called.refers(), [target(&site.rig)]);
    let call = site.ended("%2B34600001001").await;
    assert_eq!(call["disposition"], "transferred", "{call}\n{}", site.daemon.log());
    assert!(call["detail"].as_str().unwrap().contains(&target(&site.rig)), "{call}");
    let tried = tried(&site.api(), &call).await;
    assert_eq!(pairs(&tried), [("refer", "taken")]);
    site.rig.quiet(LONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_refer_leads_to_the_star_and_that_to_the_operators() {
    let site = site("on-star", |rig| {
        let refer = format!("{{ refer = \"{}\", timeout_secs = 3 }}", target(rig));
        gateway("tel", &format!("{refer}, {{ star = \"*1\", timeout_secs = 2 }}, \"continue\""))
    })
    .await;
    // Refused at once, refused with 603, refused in a NOTIFY, and never answered.
    let manners = [
        ("405", OnRefer::Refuse(405), "refused"),
        ("603", OnRefer::Refuse(603), "refused"),
        ("486", OnRefer::Accept(486), "refused"),
        ("never", OnRefer::Late(9_000, 503), "unanswered"),
    ];
    let calling = manners.map(|(name, on_refer, outcome)| {
        let number = format!("+346000020{:02}", manner_number(name));
        let ears = Ears::new();
        let name = format!("kept-{name}");
        let caller = Caller::new(&site.rig, &name).number(&number).flow("on").gateway("tel");
        let caller = caller.listens_with(&ears).on_refer(on_refer).wait_ms(20_000).hang_up();
        (name, number, ears, outcome, caller.start())
    });
    for (name, number, ears, outcome, calling) in calling {
        let called = blocking(|| calling.wait());
        assert_eq!(called.refers(), [target(&site.rig)], "{name}: {:?}", called.dir);
        assert_eq!(called.ended_by(), EndedBy::Caller, "{name}");
        assert_eq!(ears.keys(), "*1", "{name}");
        let call = site.ended(&number.replace('+', "%2B")).await;
        assert_eq!(call["disposition"], "transferred", "{name}: {call}\n{}", site.daemon.log());
        let tried = tried(&site.api(), &call).await;
        let expected = [("refer", outcome), ("star", "unanswered"), ("continue", "taken")];
        assert_eq!(pairs(&tried), expected, "{name}: {call}");
        let said = site.said(&call).await;
        assert_eq!(said.iter().filter(|text| text.contains("another way")).count(), 2, "{name}: {said:?}");
    }
    let heard = ["405", "603", "486", "never"].map(|name| {
        crate::support::audio::contains(
            &site.rig.heard(&format!("kept-{name}")),
            &site.rig.sound("tt-weasels"),
        )
    });
    assert!(heard.iter().any(|score| *score > 0.6), "{heard:?}");
}

/// Waits until the one call from this number is at a step; its id.
async fn at_step(api: &Api, number: &str, step: &str) -> String {
    let path = format!("/v1/calls?live=true&caller={}", number.replace('+', "%2B"));
    let end = std::time::Instant::now() + LONG;
    loop {
        let calls = api.get(&path).await;
        if calls["items"][0]["step"] == step {
            return calls["items"][0]["id"].as_str().unwrap().to_owned();
        }
        assert!(std::time::Instant::now() < end, "not at {step}: {calls}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn post(api: &Api, id: &str, to: Value) -> u16 {
    let body = serde_json::json!({ "to": to });
    api.send(hyper::Method::POST, &format!("/v1/calls/{id}/transfer"), Some(&body)).await.unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_call_is_handed_on_by_the_api_and_goes_on_if_nobody_takes_it() {
    let site = site("on-api", |rig| gateway("tel", &format!("{{ refer = \"{}\" }}", target(rig)))).await;
    let (rig, api) = (&site.rig, site.api());
    let stays = Caller::new(rig, "stays").number("+34600002101").to("2").flow("stations").gateway("tel");
    let stays = stays.on_refer(OnRefer::Refuse(603)).wait_ms(25_000).hang_up().start();
    let goes = Caller::new(rig, "goes").number("+34600002102").to("1").flow("stations");
    let goes = goes.until_bye(LONG).start();
    let id = at_step(&api, "+34600002102", "say").await;
    let address = serde_json::json!({ "refer": target(rig) });
    assert_eq!(post(&api, &id, address).await, 202);
    let called = blocking(|| goes.wait());
    assert_eq!(called.refers(), [target(rig)]);
    let call = site.ended("%2B34600002102").await;
    assert_eq!(call["disposition"], "transferred", "{call}");

    let id = at_step(&api, "+34600002101", "menu").await;
    assert_eq!(post(&api, &id, "gateway".into()).await, 202);
    let whole = format!("/v1/calls/{id}");
    let end = std::time::Instant::now() + LONG;
    // The REFER is refused, and the question is asked again.
    while api.get(&whole).await["timeline"].as_array().unwrap().iter().all(|n| n["kind"] != "call.transfer") {
        assert!(std::time::Instant::now() < end, "{}", site.daemon.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(at_step(&api, "+34600002101", "menu").await, id);
    let said = site.daemon.command(&["calls", "transfer", &id, "--to", "operator"]).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    blocking(|| stays.wait());
    let call = site.ended("%2B34600002101").await;
    assert_eq!(call["disposition"], "transferred", "{call}\n{}", site.daemon.log());
    let tried = tried(&api, &call).await;
    assert_eq!(pairs(&tried), [("refer", "refused"), ("continue", "taken")]);
    reached_a_person(rig, "stays");
    assert_eq!(post(&api, &id, "operator".into()).await, 409);
}

/// The daemon is killed while the far end has the REFER: the next one waits for what comes of it, or the dialplan
/// knows where to go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_daemon_that_is_killed_in_a_refer_sends_it_once() {
    let mut site = site("on-killed", |rig| {
        gateway(
            "tel",
            &format!("{{ refer = \"{}\" }}, {{ star = \"*\", timeout_secs = 1 }}, \"continue\"", target(rig)),
        )
    })
    .await;
    let caller = Caller::new(&site.rig, "kept").number("+34600002201").flow("on").gateway("tel");
    let ears = Ears::new();
    let caller = caller.listens_with(&ears).on_refer(OnRefer::Late(6_000, 503)).wait_ms(22_000).hang_up();
    let calling = caller.start();
    blocking(|| {
        crate::support::eventually(LONG, || {
            let messages = calling.messages();
            messages.iter().any(|it| it.method() == Some("REFER")).then_some(()).ok_or(messages)
        });
    });
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    let called = blocking(|| calling.wait());
    assert_eq!(called.refers().len(), 1, "{:?}", called.dir);
    assert_eq!(ears.keys(), "*", "{}", site.daemon.log());
    let call = site.ended("%2B34600002201").await;
    assert_eq!((&call["disposition"], &call["taken_up"]), (&"transferred".into(), &1.into()), "{call}");
    let tried = tried(&site.api(), &call).await;
    assert_eq!(pairs(&tried), [("refer", "refused"), ("star", "unanswered"), ("continue", "taken")]);
    reached_a_person(&site.rig, "kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_no_daemon_a_refused_refer_leads_to_the_operators() {
    let mut site =
        site("on-alone", |rig| gateway("tel", &format!("{{ refer = \"{}\" }}", target(rig)))).await;
    let caller = Caller::new(&site.rig, "alone").number("+34600002202").flow("on").gateway("tel");
    let calling = caller.on_refer(OnRefer::Late(3_000, 503)).wait_ms(12_000).hang_up().start();
    blocking(|| {
        crate::support::eventually(LONG, || {
            let messages = calling.messages();
            messages.iter().any(|it| it.method() == Some("REFER")).then_some(()).ok_or(messages)
        });
    });
    site.daemon.kill();
    let called = blocking(|| calling.wait());
    assert_eq!((called.refers().len(), called.ended_by()), (1, EndedBy::Caller), "{:?}", called.dir);
    reached_a_person(&site.rig, "alone");
}
