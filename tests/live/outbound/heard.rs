//! What a callee hears, and what the ledger says of it.

use std::process::Stdio;

use serde_json::{Value, json};

use super::{Ground, LONG, last, ms, secs};
use crate::{
    orders::reached_a_person,
    support::{
        audio::{self, contains},
        eventually,
        sipp::{Doing, Manner},
        voice,
    },
    voice::loaded,
};

/// A correlation above this is the same sound.
const SAME: f64 = 0.6;

/// Records what the callee of the first attempt hears, as soon as it rings.
fn record(ground: &Ground, channel: &str, name: &str) {
    tokio::task::block_in_place(|| {
        eventually(LONG, || if ground.rig.record(channel, name) { Ok(()) } else { Err("no such channel") });
    });
}

/// The best correlations of the rendered prompts with what was heard, the longest prompt first.
fn prompts(ground: &Ground, name: &str) -> Vec<f64> {
    let heard = ground.rig.heard(name);
    let folder = std::fs::read_dir(ground.daemon.directory.join("prompts")).unwrap();
    let wavs =
        folder.map(|entry| entry.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "wav"));
    let mut prompts: Vec<Vec<f32>> = wavs.map(|path| audio::read(&path)).collect();
    prompts.sort_by_key(|prompt| std::cmp::Reverse(prompt.len()));
    prompts.iter().map(|prompt| contains(&heard, prompt)).collect()
}

/// The kinds and states of the events of a call order, in their order.
async fn course(ground: &Ground, id: &str) -> Vec<String> {
    let (mut events, mut course) = (ground.api().follow(0), Vec::new());
    let seen = tokio::time::timeout(LONG, async {
        while let Some(sent) = events.recv().await {
            let data = &sent.data["data"];
            if data["order"] != id {
                continue;
            }
            course.push(format!("{} {}", sent.kind, data["state"].as_str().unwrap_or_default()));
            if sent.kind == "call_order.changed" && data["state"] == "ended" {
                return;
            }
        }
    });
    seen.await.unwrap_or_else(|_| panic!("no end of {id}"));
    course
}

#[tokio::test(flavor = "multi_thread")]
async fn a_callee_hears_a_text_that_was_ordered_on_the_command_line() {
    let ground = Ground::start("out-heard", &[("01", Manner::Picks(secs(3)))], &voice::settings()).await;
    loaded(&ground.daemon);
    let text = "The doctor's appointment is at nine on Monday.";
    let words = ["call", "+34600000001", "--say", text, "--wait"];
    let command =
        ground.daemon.command(&words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    record(&ground, "-a1", "callee");
    let done = tokio::task::block_in_place(|| command.wait_with_output()).unwrap();
    let told = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}\n{}", ground.daemon.log());

    let orders = ground.api().get("/v1/call-orders").await;
    let id = orders["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{orders}")).to_owned();
    let order = ground.ended(&id).await;
    assert_eq!(
        (&order["order"]["end"], &last(&order)["reach"]),
        (&json!("done"), &json!("heard")),
        "{order}"
    );
    assert_eq!(last(&order)["heard"], true);
    let said = ground.said(last(&order)).await;
    assert_eq!(said[0], text, "{said:?}");
    let scores = prompts(&ground, "callee");
    assert!(scores.len() >= 2 && scores.iter().all(|score| *score > SAME), "{scores:?}");

    let states = course(&ground, &id).await;
    let at =
        |what: &str| states.iter().position(|state| state == what).unwrap_or_else(|| panic!("{states:?}"));
    let turns = [
        "attempt.changed ringing",
        "attempt.changed answered",
        "attempt.changed ended",
        "call_order.changed ended",
    ];
    assert!(turns.windows(2).all(|pair| at(pair[0]) < at(pair[1])), "{states:?}");
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_who_hangs_up_in_the_middle_has_not_heard_it() {
    let hangs_up = Manner::Does(ms(300), vec![Doing::Wait(ms(1500)), Doing::HangUp]);
    let ground = Ground::start("out-hangs-up", &[("01", hangs_up)], "").await;
    let text =
        "This is a long message that goes on and on, so that nobody hears all of it in a second and a half.";
    let mut order = super::once("+34600000001");
    order["text"] = json!(text);
    let id = ground.order(&order).await;
    let order = ground.ended(&id).await;
    let attempt = last(&order);
    assert_eq!((&attempt["reach"], &attempt["heard"]), (&json!("hung_up"), &json!(false)), "{order}");
    assert_eq!(order["order"]["end"], "exhausted");
    ground.settled().await;
}

/// A callee of the message flow who presses a key after a while.
async fn presses(name: &str, key: &'static str) -> (Ground, Value) {
    let (rig_name, file) = (format!("out-{name}"), std::env::temp_dir());
    let file = file.join(format!("stasisd-{rig_name}-{}.pcap", std::process::id()));
    crate::support::sipp::rtp::Media::new().keys(key, &file);
    let doings = vec![Doing::Wait(secs(2)), Doing::Play(file.clone()), Doing::Wait(secs(40))];
    let ground = Ground::start(&rig_name, &[("01", Manner::Does(secs(2), doings))], "").await;
    let id = ground
        .order(&json!({ "number": "+34600000001", "text": "Your parcel has arrived at the shop." }))
        .await;
    record(&ground, &format!("{id}-a1"), name);
    let order = ground.ended(&id).await;
    let _ = std::fs::remove_file(file);
    (ground, order)
}

#[tokio::test(flavor = "multi_thread")]
async fn star_reaches_a_person() {
    let (ground, order) = presses("star", "*").await;
    assert_eq!((&order["order"]["end"], &last(&order)["key"]), (&json!("done"), &json!("*")), "{order}");
    tokio::time::sleep(secs(6)).await;
    ground.rig.cli("channel request hangup all");
    reached_a_person(&ground.rig, "star");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_hears_it_again() {
    let (ground, order) = presses("again", "1").await;
    assert_eq!(order["order"]["end"], "done", "{order}");
    let said = ground.said(last(&order)).await;
    let times = said.iter().filter(|text| text.contains("parcel")).count();
    assert_eq!(times, 2, "{said:?}");
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn early_media_is_no_answer() {
    let ground = Ground::start("out-early", &[("01", Manner::Early(secs(3)))], "").await;
    let id = ground
        .order(&{
            let mut order = super::once("+34600000001");
            order["ring_timeout_secs"] = json!(20);
            order
        })
        .await;
    record(&ground, &format!("{id}-a1"), "early");
    let order = ground.ended(&id).await;
    assert_eq!(last(&order)["reach"], "heard", "{order}");
    let scores = prompts(&ground, "early");
    assert!(
        scores.iter().all(|score| *score > SAME),
        "what was played before the answer is lost: {scores:?}"
    );
    ground.settled().await;
}
