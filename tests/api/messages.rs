//! What people say to the team, through the API: accepted, followed, withdrawn; and in Tomàtic's shape.

use jiff::SignedDuration;
use serde_json::json;
use stasisd::http::Scope;

use crate::app::{App, Setup};

async fn desk(app: &App) -> crate::client::Actor {
    app.actor(&[Scope::MessagesWrite]).await
}

#[tokio::test]
async fn a_message_is_said_followed_and_withdrawn() {
    let app = App::start().await;
    let desk = desk(&app).await;
    let channels = desk.get("/v1/channels").await.is(200);
    let team = json!({"name": "team", "kind": "webhook", "room": true, "persons": false, "team": true});
    assert_eq!(channels["items"], json!([team]));
    let answer =
        desk.with("idempotency-key", "k1").post("/v1/messages", json!({"text": "Hola\r\n*món*"})).await;
    let said = answer.is(201);
    assert_eq!(
        (&said["text"], &said["channel"], &said["person"]),
        (&json!("Hola\n*món*"), &json!("team"), &json!(null))
    );
    assert_eq!(
        (&said["state"], &said["by"], &said["kind"]),
        (&json!("waiting"), &json!("actor"), &json!("says"))
    );
    let path = format!("/v1/messages/{}", said["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), Some(path.as_str()));
    let again = desk
        .with("idempotency-key", "k1")
        .post("/v1/messages", json!({"text": "Hola\n*món*", "to": "team"}))
        .await;
    assert_eq!(again.is(200)["id"], said["id"]);
    desk.with("idempotency-key", "k1")
        .post("/v1/messages", json!({"text": "x"}))
        .await
        .is_problem(409, "idempotency_conflict");
    let listed = desk.get("/v1/messages?state=waiting&kind=says&channel=team").await.is(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(desk.get("/v1/messages?person=anna").await.is(200)["items"], json!([]));
    assert_eq!(desk.delete(&path).await.is(200)["state"], "withdrawn");
    assert_eq!(desk.delete(&path).await.is(200)["detail"], "withdrawn by actor");
    assert_eq!(desk.get(&path).await.is(200)["state"], "withdrawn");
    let sent = desk.post("/v1/messages", json!({"text": "x"})).await.is(201);
    let now = jiff::Timestamp::now();
    let claimed = app.store.claim_messages("team", now, 9, now + SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(claimed.len(), 1);
    let path = format!("/v1/messages/{}", sent["id"].as_str().unwrap());
    desk.delete(&path).await.is_problem(409, "message_not_waiting");
    let none = "/v1/messages/00000000-0000-0000-0000-000000000000";
    desk.get(none).await.is_problem(404, "not_found");
    desk.delete(none).await.is_problem(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_said_is_named() {
    let app = App::start().await;
    let desk = desk(&app).await;
    desk.post("/v1/messages", json!({"text": ""})).await.blames("text");
    desk.post("/v1/messages", json!({"text": "x", "to": "nobody"})).await.blames("to");
    desk.post("/v1/messages", json!({"text": "x", "at": "2126-01-01T00:00:00Z"})).await.blames("at");
    desk.post("/v1/messages", json!({"text": "x", "extra": 1})).await.blames("extra");
    desk.get("/v1/messages/x").await.blames("id");
    let reader = app.actor(&[Scope::CallsRead]).await;
    reader.post("/v1/messages", json!({"text": "x"})).await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn tomatic_says() {
    let app = App::start().await;
    let desk = desk(&app).await;
    let said = desk.post("/api/tomatic/says", json!({"message": "Hola *món*"})).await.is(200);
    assert_eq!(said, json!({"result": "ok"}));
    let listed = desk.get("/v1/messages").await.is(200);
    assert_eq!(listed["items"][0]["text"], "Hola *món*");
    desk.post("/api/tomatic/says", json!({"text": "x"})).await.blames("message");
    app.stranger().post("/api/tomatic/says", json!({"message": "x"})).await.is_problem(401, "unauthorized");
    let lonely = App::with(Setup { team_channel: false, ..Setup::default() }).await;
    let desk = lonely.actor(&[Scope::MessagesWrite]).await;
    desk.post("/api/tomatic/says", json!({"message": "x"})).await.is_problem(404, "not_found");
    desk.post("/v1/messages", json!({"text": "x"})).await.is_problem(404, "not_found");
}
