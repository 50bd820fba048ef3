//! Calls handed on by the ways of their gateway, as they are seen on the wire.

use std::time::Duration;

use serde_json::Value;

use crate::{
    orders::Site,
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
