//! Call notes: about calls and by hand, logged, exported, counted.

use serde_json::{Value, json};
use stasisd::http::Scope;

use crate::{app::App, client::Actor, events::Watcher, pretend::call};

async fn desk(app: &App) -> Actor {
    let desk = app.actor(&[Scope::NotesRead, Scope::NotesWrite, Scope::EventsRead]).await;
    let categories = json!({"categories": [
        {"id": "invoices", "name": "Invoices", "keywords": ["bill"], "color": "#a0f"},
        {"id": "other", "name": "Other", "enabled": false},
    ]});
    desk.put("/v1/categories", categories).await.is(200);
    desk
}

#[tokio::test]
async fn a_note_about_a_call_lives() {
    let app = App::start().await;
    let desk = desk(&app).await;
    let record = call(1);
    app.store.save_calls(&[std::sync::Arc::new(record.clone())]).await.unwrap();
    let mut watcher = Watcher::open(&desk, "?kind=note.changed").await;
    let body = json!({"call": record.id, "person": "anna", "categories": ["invoices"], "text": "Asked for\r\na copy",
        "contact": {"id": "C-1", "label": "Anna Pons"}, "item": {"id": "A-1"}});
    let note = desk.post("/v1/notes", body.clone()).await.is(201);
    assert_eq!((&note["number"], &note["text"]), (&json!(record.caller), &json!("Asked for\na copy")));
    assert_eq!(note["at"], json!(record.started_at));
    let event = watcher.next().await.unwrap().data;
    assert_eq!((&event["data"]["what"], &event["call"]), (&json!("created"), &json!(record.id)));
    let path = format!("/v1/notes/{}", note["id"].as_str().unwrap());
    let mut changed = body;
    changed["categories"] = json!(["other"]);
    assert_eq!(desk.put(&path, changed).await.is(200)["categories"], json!(["other"]));
    assert_eq!(desk.get(&path).await.is(200)["created_at"], note["created_at"]);
    let counts = desk.get("/v1/notes/statistics").await.is(200);
    assert_eq!(counts["categories"], json!([{"category": "other", "name": "Other", "notes": 1}]));
    desk.delete(&path).await.is(204);
    desk.delete(&path).await.is(204);
    desk.get(&path).await.is_problem(404, "not_found");
    desk.put(&path, json!({"text": "x"})).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn a_note_by_hand_is_in_the_log_of_its_day() {
    let app = App::start().await;
    let desk = desk(&app).await;
    // 23:30 of the day before, in the time zone of the days.
    let late =
        json!({"person": "anna", "at": "2026-11-20T22:30:00Z", "number": "600 00 00 01", "text": "=1+1"});
    desk.post("/v1/notes", late).await.is(201);
    let next = json!({"person": "berta", "at": "2026-11-20T23:30:00Z", "categories": ["invoices"]});
    desk.post("/v1/notes", next).await.is(201);
    let people = async |query: &str| -> Vec<Value> {
        let listed = desk.get(&format!("/v1/notes?{query}")).await.is(200);
        listed["items"].as_array().unwrap().iter().map(|note| note["person"].clone()).collect()
    };
    assert_eq!(people("day=2026-11-20").await, ["anna"]);
    assert_eq!(people("day=2026-11-21").await, ["berta"]);
    assert_eq!(people("person=anna").await, ["anna"]);
    assert_eq!(people("category=invoices").await, ["berta"]);
    assert_eq!(people("from=2026-11-01T00:00:00Z&to=2026-12-01T00:00:00Z").await, ["berta", "anna"]);
    let table = desk.get("/v1/notes/export?person=anna").await;
    assert_eq!(table.header("content-type"), Some("text/csv; charset=utf-8"));
    let text = table.text();
    assert!(text.lines().count() == 2 && text.contains(",'=1+1,") && text.contains("+34600000001"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_noted_is_named() {
    let app = App::start().await;
    let desk = desk(&app).await;
    desk.post("/v1/notes", json!({"person": "anna"})).await.blames("text");
    desk.post("/v1/notes", json!({"person": "\n", "text": "x"})).await.blames("person");
    desk.post("/v1/notes", json!({"text": "x", "categories": ["none"]})).await.blames("categories");
    desk.post("/v1/notes", json!({"text": "x", "call": "00000000-0000-0000-0000-000000000000"}))
        .await
        .blames("call");
    desk.post("/v1/notes", json!({"text": "x", "number": "a"})).await.blames("number");
    desk.get("/v1/notes?day=2026-11-21&from=2026-11-01T00:00:00Z").await.blames("day");
    let twice = json!({"categories": [{"id": "1", "name": "a"}, {"id": "1", "name": "b"}]});
    desk.put("/v1/categories", twice).await.blames("categories[1]");
    // Without a person it is the token's name.
    assert_eq!(desk.post("/v1/notes", json!({"text": "x"})).await.is(201)["person"], "actor");
}
