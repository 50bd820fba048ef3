//! The daemon is killed in the middle of calls: each goes on at its step, none is lost, none has two records.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{
    orders::{Site, ended, reached_a_person},
    rig::ari,
    support::{
        audio::{RATE, contains, longest_silence},
        endpoint::Endpoint,
        eventually,
        rig::Rig,
        sipp::{Called, Caller, Calling, OnRefer, trace},
    },
};

/// Most silence after the restart, in seconds.
const SILENCE: f64 = 5.0;
/// So long after the restart it is looked at, in seconds.
const LISTENED: f64 = 10.0;
/// Everybody hears something for so long after the restart, in seconds: what is said at the end is longer.
const GOES_ON: f64 = 2.0;

/// A caller in a step, and what they do after the restart.
struct Station {
    number: &'static str,
    /// The step in which the call is when the daemon dies.
    step: &'static str,
    /// Keys pressed long after the restart.
    keys: &'static str,
    disposition: &'static str,
}

/// Each kind of step that waits for something; `choose`, `set` and `goto` do not.
const STATIONS: [Station; 12] = [
    Station { number: "1", step: "say", keys: "", disposition: "completed" },
    Station { number: "2", step: "menu", keys: "1", disposition: "completed" },
    Station { number: "3", step: "collect", keys: "1234", disposition: "completed" },
    Station { number: "4", step: "pause", keys: "", disposition: "completed" },
    Station { number: "5", step: "record", keys: "", disposition: "completed" },
    Station { number: "6", step: "talk", keys: "", disposition: "hung_up" },
    Station { number: "7", step: "ring", keys: "", disposition: "completed" },
    Station { number: "8", step: "announce", keys: "", disposition: "transferred" },
    Station { number: "9", step: "refer", keys: "", disposition: "transferred" },
    Station { number: "10", step: "hook", keys: "", disposition: "completed" },
    Station { number: "11", step: "find", keys: "", disposition: "completed" },
    Station { number: "12", step: "goodbye", keys: "", disposition: "completed" },
];

/// Keys come this long after the call's start: long after the restart.
const KEYS_AFTER_MS: u64 = 11_000;

fn number(index: usize) -> String {
    format!("+346000010{index:02}")
}

fn dial(rig: &Rig, index: usize, station: &Station) -> Calling {
    let caller = Caller::new(rig, &format!("caller{index}")).number(&number(index)).to(station.number);
    let caller = caller.flow("stations").wait_ms(KEYS_AFTER_MS).keys(station.keys);
    caller.breathes().on_refer(OnRefer::Late(REFER_MS, 200)).until_bye(Duration::from_secs(25)).start()
}

/// Waits until as many calls as `count` are at their stations.
async fn at_stations(site: &Site, count: usize) {
    let until = Instant::now() + Duration::from_secs(10);
    loop {
        let calls = site.api().get("/v1/calls?live=true&limit=100").await;
        let items = calls["items"].as_array().unwrap();
        let there = |call: &&Value| {
            let station = STATIONS.iter().find(|station| call["called"] == station.number);
            call["step"] == station.unwrap().step
        };
        if items.iter().filter(there).count() == count {
            return;
        }
        assert!(Instant::now() < until, "not all at their stations: {calls}\n{}", site.daemon.log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the one call's steps are on disk: they get there some milliseconds after they happened.
async fn stored(site: &Site) {
    let calls = site.api().get("/v1/calls?live=true").await;
    let id = calls["items"][0]["id"].as_str().unwrap();
    for _ in 0..100 {
        let call = site.api().get(&format!("/v1/calls/{id}")).await;
        let timeline = call["timeline"].as_array().unwrap();
        if timeline.iter().any(|notice| notice["data"]["step"] == "menu") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the step is not stored: {calls}");
}

/// Calls that wait for their REFER: the caller says what came of it this much later.
const REFER_MS: u64 = 9_000;

/// A site with the slow customer's endpoint, and the address of REFERs.
async fn with_endpoint(name: &str, more: &str) -> (Site, Endpoint) {
    let endpoint = Endpoint::start().await;
    let (rig, mut daemon) = Site::prepare(name, &format!("{more}{}", endpoint.settings()));
    daemon.start().await;
    daemon.ready().await;
    (Site { daemon, rig }, endpoint)
}

/// What a caller heard after the restart: no long silence, and something at all.
fn hears_on(rig: &Rig, index: usize, called: &Called, restarted: Duration, context: &str) {
    let heard = rig.heard(&format!("caller{index}"));
    // The recording begins with the answer.
    let from = restarted.as_secs_f64() - called.answered_at().unwrap().as_secs_f64();
    let lasts = heard.len() as f64 / RATE as f64;
    assert!(lasts >= from + GOES_ON, "{lasts} s were recorded, {from} of them before the restart: {context}");
    let silence = longest_silence(&heard, from.max(0.0), from + LISTENED);
    assert!(silence <= SILENCE, "silent for {silence} s: {context}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_calls_survive_a_kill_in_every_kind_of_step() {
    let (mut site, endpoint) = with_endpoint("crash", "").await;
    let stations: Vec<&Station> = STATIONS.iter().cycle().take(20).collect();
    let calling: Vec<Calling> = tokio::task::block_in_place(|| {
        stations.iter().enumerate().map(|(i, at)| dial(&site.rig, i, at)).collect()
    });
    at_stations(&site, 20).await;
    // Those who are to talk are in the middle of it.
    tokio::time::sleep(Duration::from_secs(2)).await;
    site.daemon.kill();
    let hooks = endpoint.keys();
    endpoint.open();
    site.daemon.start().await;
    site.daemon.ready().await;
    let restarted = trace::now();
    let live = site.api().get("/v1/calls?live=true&limit=100").await;
    assert_eq!(live["items"].as_array().unwrap().len(), 20, "{live}");

    let called: Vec<Called> =
        tokio::task::block_in_place(|| calling.into_iter().map(Calling::wait).collect());
    for (index, station) in stations.iter().enumerate() {
        let call = ended(&site.api(), &number(index).replace('+', "%2B")).await;
        let context = format!("{} {call}\n{}", station.step, called[index].dir.display());
        assert_eq!(call["taken_up"], 1, "{context}");
        // Who recorded or waited longer than the flow's own patience is with the operators or done.
        assert_eq!(call["disposition"], station.disposition, "{context}");
        if station.step == "refer" {
            assert_eq!(called[index].refers().len(), 1, "{context}");
        } else {
            hears_on(&site.rig, index, &called[index], restarted, &context);
        }
    }
    // One operator is on duty: one of those who were announced talks to them, the other waits in the queue.
    let sound = site.rig.sound("tt-weasels");
    let announced = stations.iter().zip(0..).filter(|(station, _)| station.step == "announce");
    let reached = announced.map(|(_, index)| contains(&site.rig.heard(&format!("caller{index}")), &sound));
    let reached: Vec<f64> = reached.collect();
    assert!(reached.iter().any(|score| *score > 0.6), "{reached:?}");
    let mut all = endpoint.keys();
    assert_eq!(all.len(), 2 * hooks.len(), "sent again by the next daemon: {all:?}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), hooks.len(), "with the same key: {all:?}");
    let all = site.api().get("/v1/calls?limit=100").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 20, "one record a call: {all}");
    site.rig.quiet(Duration::from_secs(10));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refer_that_was_not_followed_leads_to_the_next_way_and_is_sent_once() {
    let mut site = Site::start("refer-once", "").await;
    let caller = Caller::new(&site.rig, "kept").number(&number(40)).to("9").flow("stations");
    let calling = caller.on_refer(OnRefer::Late(4_000, 503)).until_bye(Duration::from_secs(20)).start();
    at_stations(&site, 1).await;
    tokio::task::block_in_place(|| {
        eventually(Duration::from_secs(10), || {
            let messages = calling.messages();
            messages.iter().any(|it| it.method() == Some("REFER")).then_some(()).ok_or(messages)
        });
    });
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    let called = tokio::task::block_in_place(|| calling.wait());
    let call = ended(&site.api(), &number(40).replace('+', "%2B")).await;
    assert_eq!(call["disposition"], "transferred", "{call}");
    assert_eq!(called.refers().len(), 1, "{:?}", called.messages);
    reached_a_person(&site.rig, "kept");
}

/// The playback of a call that plays now, as ARI knows it: its id, found by the forms that ids have.
fn playing(rig: &Rig, id: &str, visit: u64, taken_up: u64) -> Option<String> {
    let ids = (0..8).map(|played| format!("{id}-{visit}-{taken_up}-0-p{played}"));
    let lives = |id: &String| {
        let answer = ari(rig, rig.ari_password(), "GET", &format!("/playbacks/{id}"));
        answer.starts_with("HTTP/1.1 200")
    };
    ids.into_iter().find(lives)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_was_asked_three_times_is_not_heard_twice_after_a_kill() {
    let mut site = Site::start("third", "").await;
    let caller = Caller::new(&site.rig, "lost").number(&number(41)).to("2").flow("stations");
    let caller = caller.wait_ms(1_500).press('7').wait_ms(4_500).press('8').wait_ms(15_000).press('1');
    let calling = caller.until_bye(Duration::from_secs(25)).start();
    at_stations(&site, 1).await;
    let calls = site.api().get("/v1/calls?live=true").await;
    let id = calls["items"][0]["id"].as_str().unwrap().to_owned();
    // Asked, told, asked, told: now it is asked for the third time.
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let call = site.api().get(&format!("/v1/calls/{id}")).await;
        let timeline = call["timeline"].as_array().unwrap();
        if timeline.iter().filter(|notice| notice["kind"] == "call.said").count() == 4 {
            break;
        }
        assert!(Instant::now() < until, "{call}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let third = tokio::task::block_in_place(|| {
        eventually(Duration::from_secs(10), || playing(&site.rig, &id, 2, 0).ok_or("nothing plays"))
    });
    site.daemon.kill();
    site.daemon.start().await;
    site.daemon.ready().await;
    tokio::task::block_in_place(|| {
        let again =
            eventually(Duration::from_secs(3), || playing(&site.rig, &id, 2, 1).ok_or("nothing plays"));
        assert_ne!(again, third);
        assert_eq!(playing(&site.rig, &id, 2, 0), None, "what an earlier life played is stopped");
        assert!(calling.wait().as_expected());
    });
    let call = ended(&site.api(), &number(41).replace('+', "%2B")).await;
    assert_eq!(call["disposition"], "completed", "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_while_the_daemon_was_away_is_settled() {
    let mut site = Site::start("settle", "").await;
    let gone = dial(&site.rig, 30, &STATIONS[1]);
    at_stations(&site, 1).await;
    stored(&site).await;
    site.daemon.kill();
    drop(gone);
    site.rig.cli("channel request hangup all");
    site.rig.quiet(Duration::from_secs(10));
    site.daemon.start().await;
    site.daemon.ready().await;
    let call = ended(&site.api(), &number(30).replace('+', "%2B")).await;
    assert_eq!(call["disposition"], "ended_unseen", "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_step_is_no_more_goes_to_the_fallback() {
    let mut site = Site::start("no-step", "").await;
    let calling = dial(&site.rig, 31, &STATIONS[1]);
    at_stations(&site, 1).await;
    stored(&site).await;
    site.daemon.kill();
    std::fs::remove_file(site.daemon.directory.join("flows/stations.toml")).unwrap();
    site.daemon.start().await;
    site.daemon.ready().await;
    let call = ended(&site.api(), &number(31).replace('+', "%2B")).await;
    assert_eq!(call["disposition"], "handed_back", "{call}");
    tokio::task::block_in_place(|| drop(calling));
}
