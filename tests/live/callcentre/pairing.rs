//! Passenger and driver call each other, and neither sees the other's number anywhere on the wire.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};

use crate::{
    orders::Site,
    support::{
        eventually,
        rig::Rig,
        sipp::{Answer, Answerer, Caller, EndedBy, Message},
        wait,
    },
};

const LONG: Duration = Duration::from_secs(30);
const PASSENGER: &str = "+34600003001";
const DRIVER: &str = "+34600003002";
const SHOWN: &str = "+34900000009";

const FLOW: &str = r#"
description = "Connects"
languages = ["en"]
start = "go"

[steps.go]
do = "connect"
say = "I connect you."
ring_secs = 8
none = "nobody"
answered = "done"
no_answer = "unanswered"
failed = "sorry"

[steps.done]
do = "hangup"

[steps.nobody]
do = "hangup"
say = "There is nobody to connect you with."

[steps.unanswered]
do = "hangup"
say = "They do not answer."

[steps.sorry]
do = "hangup"
say = "They cannot be reached."
"#;

/// An Asterisk that tells everybody who they talk to, as far as it is let.
fn talkative(rig: &Rig) {
    let file = rig.dir().join("etc/pjsip.conf");
    let text = std::fs::read_to_string(&file).unwrap();
    let told = text.replacen(
        "rtp_symmetric = yes",
        "rtp_symmetric = yes\nsend_pai = yes\nsend_rpid = yes\ntrust_id_outbound = yes\nsend_diversion = yes",
        1,
    );
    assert_ne!(text, told);
    std::fs::write(&file, told).unwrap();
    rig.cli("module reload res_pjsip.so");
}

/// A site where numbers are answered by `answerer`.
async fn site(name: &str, answer: Answer) -> (Site, Answerer) {
    let (rig, mut daemon) = Site::prepare(name, "");
    let answerer = tokio::task::block_in_place(|| {
        talkative(&rig);
        Answerer::start(&rig, "other", answer)
    });
    std::fs::write(daemon.directory.join("flows/on.toml"), FLOW).unwrap();
    let gateway = format!(
        "[gateways.out]\nendpoints = [{{ name = \"a\", dial = \"{}\" }}]\ncaller_ids = [\"{SHOWN}\"]\n\
         max_calls = 1\n",
        answerer.dial()
    );
    // Any Spanish mobile number is taken.
    std::fs::write(daemon.directory.join("conf.d/60-gateway.toml"), gateway).unwrap();
    daemon.start().await;
    daemon.ready().await;
    (Site { daemon, rig }, answerer)
}

async fn pair(site: &Site, more: Value) -> (u16, Value) {
    let mut body = json!({
        "a": { "number": PASSENGER, "gateway": "out" }, "b": { "number": DRIVER, "gateway": "out" },
        "shown": SHOWN,
    });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    site.api().send(Method::PUT, "/v1/pairings/A-1", Some(&body)).await.unwrap()
}

/// Messages that hold this number's digits in any form.
fn telling<'m>(messages: &'m [Message], number: &str) -> Vec<&'m Message> {
    messages.iter().filter(|message| message.text.contains(&number[4..])).collect()
}

async fn talks(name: &str, caller: &str, callee: &str) {
    let (site, other) = site(name, Answer::Picks(Duration::from_millis(500), Duration::from_secs(3))).await;
    let (status, pairing) = pair(&site, json!({})).await;
    assert_eq!(status, 201, "{pairing}");
    let display = format!("Eva {caller}");
    let calling = Caller::new(&site.rig, "caller").number(caller).display(&display).to("1000").flow("on");
    let called = tokio::task::block_in_place(|| calling.until_bye(LONG).run());
    assert!(called.as_expected(), "{:?}", called.dir);
    assert_eq!(called.ended_by(), EndedBy::Asterisk);
    let theirs = other.messages();
    let invite = theirs.iter().find(|m| m.method() == Some("INVITE")).expect("an INVITE");
    assert!(invite.text.starts_with(&format!("INVITE sip:{callee}@")), "{}", invite.text);
    assert!(invite.header("From").unwrap().contains(&format!("<sip:{SHOWN}@")), "{}", invite.text);
    assert!(!invite.header("From").unwrap().contains("Eva"), "{}", invite.text);
    assert!(telling(&theirs, caller).is_empty(), "{:#?}", telling(&theirs, caller));
    assert!(theirs.iter().all(|message| !message.text.contains("Eva")));
    assert!(telling(&called.messages, callee).is_empty(), "{:#?}", telling(&called.messages, callee));
    let call = site.ended(&caller.replace('+', "%2B")).await;
    assert_eq!((&call["disposition"], &call["step"]), (&json!("completed"), &json!("done")), "{call}");
    assert!(!call.to_string().contains(&callee[1..]), "the record of a call does not name the other: {call}");
    assert!(tokio::task::block_in_place(|| other.done(LONG)));
    site.rig.quiet(LONG);
    let gateways = site.api().get("/v1/gateways").await;
    assert_eq!(gateways["items"][0]["calls"], 0, "the line is free again: {gateways}");
    assert_eq!(gateways["items"][0]["calls_today"], 1, "{gateways}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passenger_calls_the_driver_and_neither_sees_a_number() {
    talks("pair-there", PASSENGER, DRIVER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_calls_the_passenger_and_neither_sees_a_number() {
    talks("pair-back", DRIVER, PASSENGER).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pairing_ends_with_its_order_and_says_what_it_cannot_do() {
    let (site, other) = site("pair-over", Answer::Never).await;
    let (status, problem) = pair(&site, json!({ "shown": "+34900000010" })).await;
    assert_eq!((status, problem["field"].as_str()), (422, Some("shown")), "{problem}");
    let (status, problem) = pair(&site, json!({ "a": { "number": "112" } })).await;
    assert_eq!((status, problem["field"].as_str()), (422, Some("a")), "{problem}");
    assert_eq!(pair(&site, json!({ "order": "A-1", "ttl_secs": 600 })).await.0, 201);
    let order = json!({ "phones": [PASSENGER], "status": "driving", "version": 1 });
    let put =
        async |order: Value| site.api().send(Method::PUT, "/v1/orders/A-1", Some(&order)).await.unwrap();
    assert_eq!(put(order).await.0, 201);
    let calls = async |name: &str| {
        let caller = Caller::new(&site.rig, name).number(DRIVER).flow("on");
        tokio::task::block_in_place(|| caller.until_bye(LONG).run())
    };
    // It rings there, and nobody answers.
    calls("one").await;
    assert_eq!(dialogues(other.messages()), 1);
    let over = json!({ "phones": [PASSENGER], "status": "finished", "version": 2 });
    assert_eq!(put(over).await.0, 200);
    calls("two").await;
    assert_eq!(dialogues(other.messages()), 1, "nobody is called any more");
    let path = format!("/v1/calls?caller={}", DRIVER.replace('+', "%2B"));
    let all = site.api().get(&path).await;
    let steps: Vec<&str> =
        all["items"].as_array().unwrap().iter().map(|call| call["step"].as_str().unwrap()).collect();
    assert_eq!(steps, ["nobody", "unanswered"], "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_connected_goes_on_talking_when_the_daemon_is_killed() {
    let answer = Answer::Picks(Duration::from_millis(300), Duration::from_secs(12));
    let (mut site, other) = site("pair-killed", answer).await;
    assert_eq!(pair(&site, json!({})).await.0, 201);
    let calling =
        Caller::new(&site.rig, "caller").number(PASSENGER).to("1000").flow("on").until_bye(LONG).start();
    tokio::task::block_in_place(|| {
        eventually(LONG, || {
            let bridges = site.rig.cli("bridge show all");
            // Its line ends with how many channels are in it.
            let is_talk = bridges.lines().any(|line| line.split_whitespace().any(|word| word == "2"));
            if is_talk { Ok(()) } else { Err(format!("{bridges}\n{}", site.daemon.log())) }
        });
    });
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    // The line is known to be taken.
    let api = site.api();
    wait::eventually(|| api.get("/v1/gateways"), |gateways| gateways["items"][0]["calls"] == 1).await;
    let called = tokio::task::block_in_place(|| calling.wait());
    assert!(called.as_expected(), "{:?}\n{}", called.dir, site.daemon.log());
    let call = site.ended(&PASSENGER.replace('+', "%2B")).await;
    assert_eq!((&call["disposition"], &call["step"]), (&json!("completed"), &json!("done")), "{call}");
    assert_eq!(call["taken_up"], 1, "{call}");
    assert_eq!(dialogues(other.messages()), 1, "the driver is called once");
    assert!(telling(&called.messages, DRIVER).is_empty());
    site.rig.quiet(LONG);
}

/// How many calls these messages began.
fn dialogues(messages: Vec<Message>) -> usize {
    let invites = messages.into_iter().filter(|message| message.method() == Some("INVITE"));
    let ids: std::collections::BTreeSet<String> =
        invites.map(|message| message.header("Call-ID").unwrap().to_owned()).collect();
    ids.len()
}
