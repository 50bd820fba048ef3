//! A published week fills the queue of a real Asterisk, and what changes in a turn follows: cells, extensions, and what
//! happened while the daemon was dead.

use std::{collections::BTreeSet, time::Duration};

use hyper::Method;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{ami, configure, where_it_is_noon};
use crate::{
    orders::beside,
    support::{api::Api, daemon::Daemon, eventually, rig::Rig, wait},
};

pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The week of today.
pub(super) fn week(zone: &TimeZone) -> String {
    let today = Timestamp::now().to_zoned(zone.clone()).date();
    let monday = today.saturating_sub(jiff::Span::new().days(today.weekday().to_monday_zero_offset()));
    format!("/v1/timetables/phones/{monday}")
}

pub(super) async fn done(api: &Api, method: Method, path: &str, body: &Value) -> Value {
    let (status, answer) = api.send(method.clone(), path, Some(body)).await.unwrap();
    assert!(status < 300, "{method} {path}: {status} {answer}");
    answer
}

/// This person answers in this shift at this line, all week.
pub(super) async fn answers(api: &Api, week: &str, (shift, line): (usize, usize), person: &str) {
    let cells: Vec<_> =
        DAYS.iter().map(|day| json!({"day": day, "shift": shift, "line": line, "to": person})).collect();
    done(api, Method::PATCH, &format!("{week}/cells"), &json!({"cells": cells, "force": true})).await;
}

pub(super) async fn person(api: &Api, id: &str, extension: &str) {
    api.put(&format!("/v1/persons/{id}"), &json!({"name": id, "extension": extension, "ideal_load": 7.0}))
        .await;
}

/// Waits until the queue has these members; tells them.
pub(super) async fn members(api: &Api, wanted: &[&str]) -> Value {
    let interfaces = |queue: &Value| -> BTreeSet<String> {
        let members = queue["members"].as_array().into_iter().flatten();
        members.filter_map(|member| member["interface"].as_str().map(str::to_owned)).collect()
    };
    let wanted: BTreeSet<String> = wanted.iter().map(|one| format!("PJSIP/{one}")).collect();
    wait::eventually(|| api.get("/v1/queues/crew"), |queue| interfaces(queue) == wanted).await
}

pub(super) fn reason(queue: &Value, interface: &str) -> Value {
    let members = queue["members"].as_array().unwrap();
    members.iter().find(|member| member["interface"] == interface).unwrap()["paused_reason"].clone()
}

fn said(daemon: &Daemon, words: &[&str]) -> String {
    let output = daemon.command(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_week_fills_the_queue_and_is_followed() {
    let rig = tokio::task::block_in_place(|| Rig::start("queue-published"));
    configure(&rig, "queues.conf", "\n[crew]\nstrategy = ringall\ntimeout = 2\n");
    rig.cli("queue reload all");
    let zone = where_it_is_noon();
    // Nobody has a telephone here: without the last setting the last ones would stay for the caller's sake.
    let timetable = format!(
        "[timetables.phones]\nqueue = \"crew\"\ntime_zone = {:?}\nlines = 2\nmax_per_day = 1\n\
         days = {DAYS:?}\nhours = [\"00:00\", \"23:59:59\"]\nprogram = {{ keep_last_secs = 0 }}\n",
        zone.iana_name().unwrap()
    );
    let mut daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside(&rig), &(ami(&rig) + &timetable));
    daemon.start().await;
    daemon.ready().await;
    let (api, week) = (daemon.api(), week(&zone));
    for (id, extension) in [("anna", "201"), ("berta", "202"), ("carla", "203")] {
        person(&api, id, extension).await;
    }
    api.put(&week, &json!({})).await;
    answers(&api, &week, (0, 0), "anna").await;
    answers(&api, &week, (0, 1), "berta").await;
    assert_eq!(members(&api, &[]).await["counts"]["waiting"], 0, "a draft fills nothing");
    done(&api, Method::POST, &format!("{week}/publish"), &json!({})).await;
    members(&api, &["201", "202"]).await;

    let lunch = json!({"reason": "lunch"});
    done(&api, Method::POST, "/v1/queues/crew/members/PJSIP%2F202/pause", &lunch).await;
    let drift = said(&daemon, &["queues", "drift", "crew"]);
    assert!(drift.contains("berta") && drift.contains("lunch") && drift.contains("by test"), "{drift}");
    answers(&api, &week, (0, 0), "carla").await;
    assert_eq!(reason(&members(&api, &["202", "203"]).await, "PJSIP/202"), "lunch");
    // Another telephone in the middle of the turn.
    person(&api, "berta", "212").await;
    assert_eq!(reason(&members(&api, &["203", "212"]).await, "PJSIP/212"), "lunch");

    // Somebody is taken out, and a week is as it was, while nobody looks.
    daemon.kill();
    rig.cli("queue remove member PJSIP/203 from crew");
    daemon.start().await;
    daemon.ready().await;
    let api = daemon.api();
    assert_eq!(reason(&members(&api, &["203", "212"]).await, "PJSIP/212"), "lunch");
    let plan = said(&daemon, &["queues", "plan", "crew"]);
    assert!(plan.contains("PJSIP/203") && plan.contains("PJSIP/212"), "{plan}");
    let sessions = api.get("/v1/queues/crew/sessions").await;
    let paused = |one: &&Value| one["interface"] == "PJSIP/202" && one["paused"] == true;
    assert!(sessions["items"].as_array().unwrap().iter().any(|one| paused(&one)), "{sessions}");

    // Asterisk is restarted in the turn, and has forgotten its members.
    tokio::task::block_in_place(|| {
        rig.cli("database deltree Queue");
        rig.kill();
        rig.restart();
        eventually(Duration::from_secs(30), || {
            let shown = rig.cli("queue show crew");
            let back = ["PJSIP/203", "PJSIP/212", "paused:lunch"].iter().all(|word| shown.contains(word));
            if back { Ok(()) } else { Err(shown) }
        });
    });
}
