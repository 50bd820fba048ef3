//! The daemon is killed in the middle of calls: each goes on at its step, none is lost, none has two records.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{
    orders::{Site, ended},
    support::{
        rig::Rig,
        sipp::{Called, Caller, Calling},
    },
};

/// Samples per second of the recordings.
const RATE: f32 = 8000.0;
/// Louder than this is something to hear (full scale is 1).
const AUDIBLE: f32 = 0.01;
/// Most silence after the restart.
const SILENCE: Duration = Duration::from_secs(5);

/// A caller in a step, and what they do after the restart.
struct Station {
    number: &'static str,
    /// The step in which the call is when the daemon dies.
    step: &'static str,
    /// Keys pressed long after the restart.
    keys: &'static str,
    disposition: &'static str,
}

/// Each kind of step that waits for something.
const STATIONS: [Station; 7] = [
    Station { number: "1", step: "say", keys: "", disposition: "completed" },
    Station { number: "2", step: "menu", keys: "1", disposition: "completed" },
    Station { number: "3", step: "collect", keys: "1234", disposition: "completed" },
    Station { number: "4", step: "pause", keys: "", disposition: "completed" },
    Station { number: "5", step: "record", keys: "", disposition: "completed" },
    Station { number: "6", step: "talk", keys: "", disposition: "hung_up" },
    Station { number: "7", step: "ring", keys: "", disposition: "completed" },
];

/// Keys come this long after the call's start: long after the restart.
const KEYS_AFTER_MS: u64 = 11_000;

fn number(index: usize) -> String {
    format!("+346000010{index:02}")
}

fn dial(rig: &Rig, index: usize, station: &Station) -> Calling {
    let caller = Caller::new(rig, &format!("caller{index}")).number(&number(index)).to(station.number);
    let caller = caller.flow("stations").wait_ms(KEYS_AFTER_MS).keys(station.keys);
    caller.until_bye(Duration::from_secs(25)).start()
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

/// How long after `from` the recording is silent.
fn silent_for(heard: &[f32], from: Duration) -> Duration {
    let after = (from.as_secs_f32() * RATE) as usize;
    let heard = heard.get(after..).unwrap_or_default();
    let first = heard.iter().position(|sample| sample.abs() > AUDIBLE).unwrap_or(heard.len());
    Duration::from_secs_f32(first as f32 / RATE)
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_calls_survive_a_kill_in_every_kind_of_step() {
    let mut site = Site::start("crash", "").await;
    let stations: Vec<&Station> = STATIONS.iter().cycle().take(20).collect();
    let begun: Vec<(Instant, Calling)> = tokio::task::block_in_place(|| {
        stations.iter().enumerate().map(|(i, at)| (Instant::now(), dial(&site.rig, i, at))).collect()
    });
    at_stations(&site, 20).await;
    // Those who are to talk are in the middle of it.
    tokio::time::sleep(Duration::from_secs(2)).await;
    site.daemon.kill();
    let restarted = Instant::now();
    site.daemon.start().await;
    site.daemon.ready().await;
    let live = site.api().get("/v1/calls?live=true&limit=100").await;
    assert_eq!(live["items"].as_array().unwrap().len(), 20, "{live}");

    let (starts, calling): (Vec<Instant>, Vec<Calling>) = begun.into_iter().unzip();
    let called: Vec<Called> =
        tokio::task::block_in_place(|| calling.into_iter().map(Calling::wait).collect());
    for (index, station) in stations.iter().enumerate() {
        let call = ended(&site.api(), &number(index).replace('+', "%2B")).await;
        let context = format!("{} {call}\n{}", station.step, called[index].dir.display());
        assert_eq!(call["taken_up"], 1, "{context}");
        // Who recorded or waited longer than the flow's own patience is with the operators or done.
        assert_eq!(call["disposition"], station.disposition, "{context}");
        let heard = site.rig.heard(&format!("caller{index}"));
        let silence = silent_for(&heard, restarted - starts[index]);
        assert!(silence <= SILENCE, "silent for {silence:?}: {context}");
    }
    let all = site.api().get("/v1/calls?limit=100").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 20, "one record a call: {all}");
    site.rig.quiet(Duration::from_secs(10));
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
