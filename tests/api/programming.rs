//! Queues that timetables fill, and what they remember.

use jiff::Timestamp;
use serde_json::{Value, json};
use stasisd::{
    http::Scope,
    model::{MemberEvent, MemberWhat, QueueCall, QueueEnd},
};
use uuid::Uuid;

use crate::app::App;

/// A moment in the middle of a shift.
const NOON: &str = "2026-11-23T12:00:00Z";

#[tokio::test]
async fn a_plan_says_who_is_wanted_and_why() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::QueuesRead]).await;
    let path = format!("/v1/queues/operators/plan?at={NOON}");
    let plan = desk.get(&path).await.is(200);
    assert_eq!((&plan["opening"], &plan["steps"]), (&json!("open"), &Value::Null), "Asterisk is away");
    assert_eq!(plan["wanted"][0]["interface"], "PJSIP/201");
    app.desk.open();
    let plan = desk.get(&path).await.is(200);
    let names = |key: &str, field: &str| {
        plan[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one[field].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names("wanted", "name"), ["Anna", "Berta"]);
    assert_eq!(
        (names("steps", "what"), names("steps", "interface")),
        (vec!["add".to_owned(), "add".to_owned()], vec!["PJSIP/201".to_owned(), "PJSIP/202".to_owned()],)
    );
    assert_eq!(plan["skipped"], json!([{"person": "eva", "why": "has no extension"}]));
    let shift = &plan["shifts"][0];
    assert_eq!(
        (&shift["timetable"], &shift["day"], &shift["shift"]),
        (&json!("phones"), &json!("mon"), &json!(0))
    );
    assert!(app.desk.done.lock().unwrap().is_empty(), "a dry run");
    let all = desk.get(&format!("/v1/queue-plans?at={NOON}")).await.is(200);
    assert_eq!(all["items"][0], plan);
    desk.get("/v1/queues/other/plan").await.is_problem(404, "not_found");
    app.shop().await.get(&path).await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn overrides_are_made_listed_and_ended() {
    let app = App::start().await;
    app.desk.open();
    let desk = app.actor(&[Scope::QueuesRead, Scope::QueuesWrite]).await;
    let path = "/v1/queues/operators/overrides";
    let made = desk
        .post(path, json!({"what": "add", "person": "carla", "penalty": 2, "ttl_secs": 600}))
        .await
        .is(201);
    assert_eq!((&made["by"], &made["penalty"]), (&json!("actor"), &json!(2)));
    app.programming.pass("operators", Timestamp::now()).await.unwrap();
    assert_eq!(app.desk.interfaces(), ["PJSIP/201", "PJSIP/202", "PJSIP/203"]);
    let drift = desk.get("/v1/queues/operators/drift").await.is(200);
    let found: Vec<_> =
        drift["differences"].as_array().unwrap().iter().map(|one| one["what"].clone()).collect();
    assert_eq!(found, ["added", "skipped"]);
    assert!(drift["differences"][0]["words"].as_str().unwrap().contains("by actor since"), "{drift}");
    assert_eq!(desk.get("/v1/queue-drifts").await.is(200)["items"].as_array().unwrap().len(), 1);
    let list = desk.get(path).await.is(200);
    assert_eq!(list["items"], json!([made]));
    let one = format!("{path}/{}", made["id"].as_str().unwrap());
    desk.delete(&one).await.is(204);
    desk.delete(&one).await.is_problem(404, "not_found");
    app.programming.pass("operators", Timestamp::now()).await.unwrap();
    assert_eq!(app.desk.interfaces(), ["PJSIP/201", "PJSIP/202"]);
    for (body, field) in [
        (json!({"what": "add"}), "person"),
        (json!({"what": "add", "person": "zoe"}), "person"),
        (json!({"what": "add", "person": "eva"}), "person"),
        (json!({"what": "add", "person": "anna", "interface": "PJSIP/1"}), "person"),
        (json!({"what": "remove", "interface": "PJSIP/1&PJSIP/2"}), "interface"),
        (json!({"what": "pause", "person": "anna", "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
        (json!({"what": "add", "person": "anna", "penalty": 1001}), "penalty"),
    ] {
        let problem = desk.post(path, body).await.is_problem(422, "invalid_field");
        assert_eq!(problem["field"], field, "{problem}");
    }
    desk.post("/v1/queues/other/overrides", json!({"what": "remove", "person": "anna"}))
        .await
        .is_problem(404, "not_found");
}

#[tokio::test]
async fn tomatics_routes_answer_in_its_shape() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::QueuesRead, Scope::QueuesWrite]).await;
    desk.get("/api/queue").await.is_problem(503, "unavailable");
    app.desk.open();
    let answer = desk.get("/api/queue/add/anna").await;
    assert_eq!(answer.header("content-type"), Some("application/x-yaml"));
    let text = answer.text();
    for part in ["currentQueue:", "key: anna", "name: Anna", "secondsSinceLastCall: 0", "available: true"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(desk.get("/api/queue/pause/anna").await.text().contains("paused: true"));
    let paused = app.desk.queue.lock().unwrap().as_ref().unwrap().members[0].paused.clone();
    assert_eq!(paused.unwrap().reason, "");
    assert!(!desk.get("/api/queue/resume/anna").await.text().contains("paused: true"));
    let members = app.desk.interfaces();
    for ignored in
        ["/api/queue/add/eva", "/api/queue/add/zoe", "/api/queue/pause/eva", "/api/queue/add/NO%20ONE"]
    {
        assert!(desk.get(ignored).await.text().contains("currentQueue"), "{ignored}");
    }
    assert_eq!(app.desk.interfaces(), members);
    let done = app.desk.done.lock().unwrap().clone();
    assert!(done.contains(&"actor: pause PJSIP/201".to_owned()), "{done:?}");
    app.actor(&[Scope::QueuesRead]).await.get("/api/queue/add/anna").await.is_problem(403, "forbidden");
}

fn call(number: u128, joined: &str, end: QueueEnd, talk: Option<u32>) -> QueueCall {
    let joined_at: Timestamp = joined.parse().unwrap();
    QueueCall {
        id: Uuid::from_u128(number),
        queue: "operators".to_owned(),
        channel: format!("1.{number}"),
        number: Some("+34600000001".to_owned()),
        position: Some(1),
        joined_at,
        connected_at: talk.map(|_| joined_at),
        interface: talk.map(|_| "PJSIP/201".to_owned()),
        wait_secs: Some(25),
        talk_secs: talk,
        ended_at: Some(joined_at),
        end: Some(end),
    }
}

#[tokio::test]
async fn calls_and_figures() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::QueuesRead]).await;
    let calls = [
        call(1, "2026-11-23T09:00:00Z", QueueEnd::Completed, Some(60)),
        call(2, "2026-11-23T10:00:00Z", QueueEnd::Abandoned, None),
        call(3, "2026-11-24T10:00:00Z", QueueEnd::TimedOut, None),
    ];
    let event = |id: i64, what: MemberWhat| MemberEvent {
        id,
        at: Timestamp::from_second(Timestamp::now().as_second() - 100 + id).unwrap(),
        queue: "operators".to_owned(),
        interface: "PJSIP/201".to_owned(),
        name: "Anna".to_owned(),
        what,
        reason: None,
        by: Some("sonia".to_owned()),
    };
    let events = [event(1, MemberWhat::Added), event(2, MemberWhat::Paused), event(3, MemberWhat::Removed)];
    app.store.save_queue_history(&calls, &events).await.unwrap();
    let path = "/v1/queues/operators";
    let page = desk.get(&format!("{path}/calls?limit=2")).await.is(200);
    assert_eq!(
        (&page["items"][0]["end"], &page["items"][1]["end"]),
        (&json!("timed_out"), &json!("abandoned"))
    );
    let next = page["next"].as_str().unwrap();
    let rest = desk.get(&format!("{path}/calls?limit=2&cursor={next}")).await.is(200);
    assert_eq!((&rest["items"][0]["talk_secs"], &rest["next"]), (&json!(60), &Value::Null));
    let one = desk.get(&format!("{path}/calls?end=abandoned&from=2026-11-23T00:00:00Z")).await.is(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let table = desk.get(&format!("{path}/calls?format=csv")).await;
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    assert!(table.text().starts_with("queue,joined_at,number,"), "{}", table.text());

    let time = "from=2026-11-23T00:00:00Z&to=2026-11-25T00:00:00Z";
    let stats = desk.get(&format!("{path}/stats?{time}")).await.is(200);
    assert_eq!((&stats["total"]["received"], &stats["total"]["service_level"]), (&json!(3), &json!(0.0)));
    assert_eq!(
        (&stats["groups"][0]["key"], &stats["groups"][0]["answered"]),
        (&json!("2026-11-23"), &json!(1))
    );
    let level = desk.get(&format!("{path}/stats?{time}&service_level_secs=25&by=hour")).await.is(200);
    assert_eq!(
        (&level["total"]["service_level"], &level["groups"][1]["key"]),
        (&json!(33.3), &json!("2026-11-23T10"))
    );
    assert!(
        desk.get(&format!("{path}/stats?{time}&format=csv")).await.text().starts_with("day,name,received,")
    );
    desk.get(&format!("{path}/stats?service_level_secs=0")).await.is_problem(422, "invalid_field");
    desk.get(&format!("{path}/stats?from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z"))
        .await
        .is_problem(422, "invalid_field");
    let days = desk.get(&format!("{path}/daily?from=2026-11-23&to=2026-11-24")).await.is(200);
    assert_eq!(
        (&days["days"][0]["answeredcalls"], &days["days"][1]["timedoutcalls"]),
        (&json!(1), &json!(1))
    );
    let sessions = desk.get(&format!("{path}/sessions")).await.is(200);
    let whats: Vec<_> =
        sessions["items"].as_array().unwrap().iter().map(|one| one["paused"].clone()).collect();
    assert_eq!(whats, [true, false]);
    app.shop().await.get(&format!("{path}/stats")).await.is_problem(403, "forbidden");
}
