//! The demonstration: a real Asterisk, the daemon, three callers, a kill in the middle, and a call that we place.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "it shows, and fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod screen;

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use hyper::Method;
use serde_json::{Value, json};
use support::{
    api::Api,
    audio,
    daemon::{Beside, Daemon, project},
    eventually,
    rig::Rig,
    sipp::{Caller, Calling, Farm, Manner},
    voice,
};

use self::screen::Screen;

/// Somebody in the demonstration.
struct Person {
    name: &'static str,
    number: &'static str,
    disposition: &'static str,
    /// What must have been said to them, each as often as it stands here.
    told: &'static [&'static str],
    story: &'static str,
}

/// Those who call.
const CALLERS: usize = 3;

const PEOPLE: [Person; 4] = [
    Person {
        name: "alice",
        number: "+34600000001",
        disposition: "completed",
        told: &["taxi to the airport", "taxi to the airport", "Goodbye"],
        story: "has one order: hears its status, presses 1 to hear it again, says goodbye",
    },
    Person {
        name: "bob",
        number: "+34600000002",
        disposition: "transferred",
        told: &["the parcel with the books"],
        story: "has one order, but wants a person: presses star in the middle of the sentence",
    },
    Person {
        name: "carol",
        number: "+34600000003",
        disposition: "completed",
        told: &["2 orders", "birthday cake", "Goodbye"],
        story: "has two orders: the daemon is killed while she is in the menu; she goes on",
    },
    Person {
        name: "dave",
        number: "+34600000004",
        disposition: "completed",
        told: &["We are calling about your order", "has arrived and is waiting"],
        story: "is called, because his order has arrived",
    },
];

/// How long dave's phone rings.
const RINGS: Duration = Duration::from_secs(2);
/// A correlation above this is the same sound.
const SAME: f64 = 0.6;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(demo())
}

async fn demo() -> ExitCode {
    let folder = project().join(".cache/demo");
    let _ = std::fs::remove_dir_all(&folder);
    println!("demo: starting a private Asterisk");
    let rig = tokio::task::block_in_place(|| Rig::start_in(&folder.join("asterisk")));
    let mut daemon = start_daemon(&rig, &folder).await;
    let api = daemon.api();
    let screen = Screen::new(PEOPLE.map(|person| (person.number, person.name)).to_vec());
    screen.follow(api.follow(0));
    orders(&api).await;
    println!("\ndemo: three callers dial in");
    for Person { name, story, .. } in &PEOPLE[..CALLERS] {
        println!("      {name:<6} {story}");
    }
    println!();
    let callers = tokio::task::block_in_place(|| dial(&rig));
    until_in_menu(&api).await;
    println!("\n{}", screen.table(&api.get("/v1/calls").await));
    screen.note("the daemon is killed with SIGKILL; carol is in the menu");
    daemon.kill();
    let killed = Instant::now();
    daemon.start().await;
    daemon.ready().await;
    screen.note(&format!(
        "a new daemon is ready {} ms later, and takes up the calls that it finds",
        ms(killed)
    ));
    tokio::task::block_in_place(|| callers.into_iter().for_each(|calling| drop(calling.wait())));
    let _dave = tokio::task::block_in_place(|| Farm::people(&rig, &[("0004", Manner::Picks(RINGS))]));
    let order = notify(&rig, &api).await;
    let calls = settled(&api).await;
    println!("\n{}", screen.table(&calls));
    println!("demo: what GET /v1/call-orders/{order} says of it");
    let ledger = api.get(&format!("/v1/call-orders/{order}")).await;
    println!("      {}", ledger_line(&ledger));
    let good = verdict(&rig, &daemon, &screen, &calls) && ledger["order"]["end"] == "done";
    if std::env::var("DEMO_EXIT").is_ok_and(|value| value == "1") {
        return if good { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    }
    farewell(&rig, &daemon).await;
    ExitCode::SUCCESS
}

/// Asks for a status call to dave, and has what he hears recorded while his phone rings. Gives the call order.
async fn notify(rig: &Rig, api: &Api) -> String {
    let path = "/v1/orders/D-4004/notify";
    println!("\ndemo: dave's order has arrived: POST {path}");
    let (status, answer) = api.send(Method::POST, path, Some(&json!({}))).await.unwrap();
    assert!((200..300).contains(&status), "{status} {answer}");
    let order = answer["items"][0]["order"]["id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned();
    let channel = format!("{order}-a1");
    tokio::task::block_in_place(|| {
        let record = || if rig.record(&channel, "dave") { Ok(()) } else { Err("his phone does not ring") };
        eventually(Duration::from_secs(20), record);
    });
    order
}

fn ledger_line(ledger: &Value) -> String {
    let order = &ledger["order"];
    let attempt = &ledger["attempts"][0];
    format!(
        "order {} {}: attempt 1 through {} by endpoint {}, {}; heard: {}",
        order["state"],
        order["end"],
        attempt["gateway"],
        attempt["endpoint"],
        attempt["reach"],
        attempt["heard"]
    )
}

fn ms(since: Instant) -> u128 {
    since.elapsed().as_millis()
}

async fn start_daemon(rig: &Rig, folder: &Path) -> Daemon {
    let beside = Beside {
        url: rig.ari_url().to_owned(),
        user: "stasisd".to_owned(),
        password: rig.ari_password().to_owned(),
    };
    println!("demo: starting stasisd beside it");
    let gateway = "[gateways.carrier]\nendpoints = [{ name = \"a\", dial = \"PJSIP/{number}@carrier\" }]\n\
                   caller_id = \"+34900000001\"\n";
    let mut daemon =
        Daemon::prepare(&folder.join("stasisd"), &beside, &format!("{gateway}{}", voice::settings()));
    daemon.start().await;
    daemon.ready().await;
    println!("      ready; its control API is {}", daemon.base);
    println!("      it speaks with a Piper voice; espeak-ng would stand in");
    daemon
}

/// Places the callers' orders, as a shop would.
async fn orders(api: &Api) {
    let orders = [
        (
            "A-1001",
            0,
            "on_the_way",
            json!({ "title": "the taxi to the airport", "car": "white Toyota", "plate": "1234 KLM" }),
        ),
        ("B-2002", 1, "delayed", json!({ "title": "the parcel with the books" })),
        ("C-3003", 2, "ready", json!({ "title": "the shoes", "total": "24.50", "currency": "EUR" })),
        ("C-3004", 2, "preparing", json!({ "title": "the birthday cake" })),
        ("D-4004", 3, "arrived", json!({ "title": "the taxi to the station", "car": "blue Seat" })),
    ];
    println!("\ndemo: placing orders through the API");
    for (id, person, status, facts) in orders {
        let body =
            json!({ "phones": [PEOPLE[person].number], "status": status, "facts": facts, "version": 1 });
        println!("      PUT /v1/orders/{id} {body}");
        api.put(&format!("/v1/orders/{id}"), &body).await;
    }
}

fn dial(rig: &Rig) -> Vec<Calling> {
    let caller = |person: &Person| Caller::new(rig, person.name).number(person.number);
    let long = Duration::from_secs(60);
    vec![
        caller(&PEOPLE[0]).wait_ms(14_000).press('1').until_bye(long).start(),
        caller(&PEOPLE[1]).wait_ms(3_000).press('*').wait_ms(7_000).hang_up().start(),
        caller(&PEOPLE[2]).wait_ms(12_000).press('2').until_bye(long).start(),
    ]
}

/// Waits until carol is in the menu and bob has been handed to a person.
async fn until_in_menu(api: &Api) {
    for _ in 0..400 {
        let calls = api.get("/v1/calls").await;
        let of = |person: &Person| find(&calls, person).cloned().unwrap_or_default();
        if of(&PEOPLE[2])["step"] == "which" && of(&PEOPLE[1])["state"] == "ended" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("carol does not get to the menu: {}", api.get("/v1/calls").await);
}

async fn settled(api: &Api) -> Value {
    for _ in 0..1200 {
        let calls = api.get("/v1/calls").await;
        let items = calls["items"].as_array().unwrap();
        if items.len() == PEOPLE.len() && items.iter().all(|call| call["state"] == "ended") {
            return calls;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    api.get("/v1/calls").await
}

fn find<'a>(calls: &'a Value, person: &Person) -> Option<&'a Value> {
    let is_theirs = |call: &&Value| [&call["caller"], &call["called"]].contains(&&json!(person.number));
    calls["items"].as_array()?.iter().find(is_theirs)
}

/// Whether everybody got what they should, said in words: by the record, by what was said, and by their ears.
fn verdict(rig: &Rig, daemon: &Daemon, screen: &Screen, calls: &Value) -> bool {
    let mut good = true;
    for person in &PEOPLE {
        let call = find(calls, person).cloned().unwrap_or_default();
        let survived = person.name != "carol" || call["taken_up"] == 1;
        let said = screen.said(person.number).join(" ");
        let is_told = person.told.iter().all(|text| {
            let wanted = person.told.iter().filter(|other| *other == text).count();
            said.matches(text).count() >= wanted
        });
        let heard = heard(rig, daemon, person.name);
        let well = call["disposition"] == person.disposition && survived && is_told && heard;
        println!(
            "demo: {:<6} {}",
            person.name,
            if well { "got what they should" } else { "did NOT get what they should" }
        );
        good &= well;
    }
    good
}

/// Whether the recording of somebody's ears has what it should: the voice's prompts, or for bob a person.
fn heard(rig: &Rig, daemon: &Daemon, name: &str) -> bool {
    let ears = rig.heard(name);
    if name == "bob" {
        return audio::contains(&ears, &rig.sound("tt-weasels")) > SAME;
    }
    let prompts = std::fs::read_dir(daemon.directory.join("prompts")).unwrap();
    let files = prompts.map(|entry| entry.unwrap().path());
    let wavs = files.filter(|path| path.extension().is_some_and(|extension| extension == "wav"));
    wavs.filter(|path| audio::contains(&ears, &audio::read(path)) > SAME).count() >= 2
}

async fn farewell(rig: &Rig, daemon: &Daemon) {
    println!("\nThe API runs at {} (token below), its documentation at {0}/docs", daemon.base);
    println!("  curl -H 'Authorization: Bearer {}' {}/v1/calls", daemon.token(), daemon.base);
    println!("Asterisk takes SIP calls at 127.0.0.1:{}. Ctrl-C stops everything.", rig.port("SIP_PORT"));
    let _ = tokio::signal::ctrl_c().await;
    println!("\ndemo: stopping");
}
