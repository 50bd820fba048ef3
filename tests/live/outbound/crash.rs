//! The daemon is killed, or Asterisk restarts, wherever a call of ours may be: nobody is called twice or forgotten.

use serde_json::{Value, json};

use super::{Ground, again, last, media, ms, once};
use crate::support::sipp::{Doing, Farm, Manner};

const TALK: &str =
    "This is a long message, and it goes on for quite a while, so that there is time for a crash in it.";

fn people(rig: &crate::support::rig::Rig) -> Farm {
    let greeting: Vec<f32> = rig.sound("demo-congrats").into_iter().take(8 * 8000).collect();
    let greets = media(rig, "greeting", |media, file| {
        media.audio(&greeting, file);
    });
    let people = [
        ("01", Manner::Picks(ms(100))),
        ("02", Manner::Refuses(486, "")),
        ("05", Manner::Does(ms(100), vec![greets])),
        ("06", Manner::Does(ms(100), vec![Doing::Wait(ms(2500)), Doing::HangUp])),
        ("08", Manner::Never),
        ("09", Manner::Mute),
    ];
    Farm::people(rig, &people)
}

async fn restart(ground: &mut Ground) {
    ground.daemon.kill();
    ground.daemon.start().await;
    ground.daemon.ready().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_in_each_state_of_an_attempt() {
    let mut ground = Ground::with("out-kill", "calls_per_second = 50.0\nmax_calls = 20\n", people).await;
    let rule = json!({ "busy": { "delay_secs": 1, "max": 3 }, "no_answer": { "delay_secs": 1, "max": 2 } });
    let mut ids = Vec::new();
    for (number, state, amd) in [
        ("+34600000001", "answered", "off"),
        ("+34600000008", "ringing", "off"),
        ("+34600000009", "dialled", "off"),
        ("+34600000005", "answered", "human_only"),
        ("+34600000105", "answered", "after_beep"),
        ("+34600000006", "answered", "off"),
    ] {
        let mut order = again(number, 3, &rule);
        (order["text"], order["amd"], order["ring_timeout_secs"]) = (json!(TALK), json!(amd), json!(8));
        let id = ground.order(&order).await;
        ground.farm.rung(number, 1);
        ids.push((id, state));
    }
    for (id, state) in &ids {
        ground.reached(id, state).await;
    }
    restart(&mut ground).await;
    for (id, _) in &ids {
        let order = ground.ended(id).await;
        assert!(order["order"]["reach"].is_string(), "{order}");
    }
    let reach = async |index: usize| {
        let order = ground.ended(&ids[index].0).await;
        order["attempts"][0]["reach"].as_str().unwrap_or_default().to_owned()
    };
    // Those that went on were taken up, not made anew.
    assert_eq!(reach(0).await, "heard");
    assert_eq!(reach(1).await, "no_answer");
    assert_eq!(reach(2).await, "no_answer");
    assert_eq!(reach(3).await, "machine");
    assert_eq!(reach(4).await, "heard");
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kills_between_every_two_things_that_happen() {
    let mut ground =
        Ground::with("out-kills", "calls_per_second = 50.0\nmax_calls = 6\nslow_after = 20\n", people).await;
    let rule = json!({ "busy": { "delay_secs": 0, "max": 3 } });
    // Claimed, made, stored, dialled, over, advanced: at some of so many moments each is caught.
    for round in 0..8_u64 {
        for index in 0..12 {
            let end = ["02", "01", "06"][index % 3];
            ground.order(&again(&format!("+34600{round:02}{index:02}{end}"), 4, &rule)).await;
        }
        tokio::time::sleep(ms(37 * round)).await;
        restart(&mut ground).await;
    }
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asterisk_restarts_while_fifty_ring() {
    let ground = Ground::with("out-fifty", "calls_per_second = 100.0\nmax_calls = 60\n", people).await;
    let calls: Vec<Value> = (0..50)
        .map(|index| {
            let mut order = once(&format!("+34600{index:04}08"));
            order["ring_timeout_secs"] = json!(60);
            order
        })
        .collect();
    let (status, answer) = ground
        .api()
        .send(hyper::Method::POST, "/v1/calls/batch", Some(&json!({ "calls": calls })))
        .await
        .unwrap();
    assert_eq!(status, 200, "{answer}");
    for result in answer["results"].as_array().unwrap() {
        ground.reached(result["order"]["id"].as_str().unwrap(), "ringing").await;
    }
    tokio::task::block_in_place(|| ground.rig.restart());
    for result in answer["results"].as_array().unwrap() {
        let order = ground.ended(result["order"]["id"].as_str().unwrap()).await;
        assert_eq!(order["order"]["end"], "exhausted", "{order}");
        // Nobody refused, and nobody was let ring in vain: Asterisk hung up.
        assert_eq!(
            (&last(&order)["reach"], &last(&order)["sent"]),
            (&json!("failed"), &json!(true)),
            "{order}"
        );
    }
    assert_eq!(ground.farm.invites().len(), 50);
    ground.settled().await;
    // And then it goes on.
    let id = ground.order(&once("+34600999901")).await;
    assert_eq!(ground.ended(&id).await["order"]["end"], "done");
}
