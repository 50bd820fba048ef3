//! Who answered: a person or a machine, by the dialplan's `AMD()`.

use serde_json::{Value, json};

use super::{Ground, last, media, ms, once, secs};
use crate::support::{
    audio,
    sipp::{Doing, Farm, Manner},
};

/// 01 is silent (to `AMD()`: not sure), 02 has a machine's long greeting, 03 hangs up while it is listened.
async fn ground(name: &str) -> Ground {
    Ground::with(name, "calls_per_second = 20.0\nmax_calls = 20\n", |rig| {
        // Eight seconds of speech without a pause are no person's hello.
        let greeting: Vec<f32> = rig.sound("demo-congrats").into_iter().take(8 * 8000).collect();
        let greets = media(rig, "greeting", |media, file| {
            media.audio(&greeting, file);
        });
        let people = [
            ("01", Manner::Picks(ms(200))),
            ("02", Manner::Does(ms(200), vec![greets])),
            ("03", Manner::Does(ms(200), vec![Doing::Wait(ms(800)), Doing::HangUp])),
        ];
        Farm::people(rig, &people)
    })
    .await
}

fn order(number: &str, amd: &str) -> Value {
    let mut order = once(number);
    order["amd"] = json!(amd);
    order
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_is_for_whom_it_is_ordered() {
    let ground = ground("out-amd").await;
    let cases = [
        ("+34600000001", "human_only", "heard"),
        ("+34600000102", "human_only", "machine"),
        ("+34600000201", "machine_only", "machine"),
        ("+34600000302", "machine_only", "heard"),
        ("+34600000401", "off", "heard"),
        ("+34600000503", "human_only", "hung_up"),
    ];
    let mut ids = Vec::new();
    for (number, amd, reach) in cases {
        ids.push((ground.order(&order(number, amd)).await, amd, reach));
    }
    for (id, amd, reach) in ids {
        let order = ground.ended(&id).await;
        let attempt = last(&order);
        assert_eq!(attempt["reach"], reach, "{amd}: {order}\n{}", ground.daemon.log());
        let said = ground.said(attempt).await;
        assert_eq!(said.len(), usize::from(reach == "heard"), "{amd} {reach}: {said:?}");
        if amd == "off" {
            assert_eq!(attempt["amd"], Value::Null);
        } else if reach != "hung_up" {
            let is_machine = attempt["amd"] == "MACHINE";
            assert_eq!(is_machine, attempt["number"].as_str().unwrap().ends_with('2'), "{order}");
        }
    }
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_is_left_a_message_after_its_greeting() {
    let ground = ground("out-beep").await;
    let id = ground.order(&order("+34600000002", "after_beep")).await;
    tokio::task::block_in_place(|| {
        crate::support::eventually(secs(20), || {
            if ground.rig.record(&format!("{id}-a1"), "machine") { Ok(()) } else { Err("no channel") }
        });
    });
    let order = ground.ended(&id).await;
    assert_eq!(
        (&last(&order)["reach"], &last(&order)["amd"]),
        (&json!("heard"), &json!("MACHINE")),
        "{order}"
    );
    let folder = std::fs::read_dir(ground.daemon.directory.join("prompts")).unwrap();
    let mut wavs =
        folder.map(|entry| entry.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "wav"));
    let prompt = audio::read(&wavs.next().unwrap());
    let found = audio::find(&ground.rig.heard("machine"), &prompt);
    assert!(found.score > 0.6, "{found:?}");
    // It was answered when the recording had just begun, and then the greeting took eight seconds.
    assert!(found.at > 7.0, "spoken into the greeting: {found:?}");
    ground.settled().await;
}
