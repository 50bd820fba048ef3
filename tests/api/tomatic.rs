//! Tomàtic's ways to timetables: weeks, forced turns, calendars, credit, and the socket that tells of calls.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use stasisd::{
    http::{Scope, token},
    model::NoticeKind,
    people::tomatic::yaml,
};
use tokio::net::TcpStream;
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use crate::{
    app::App,
    client::{Actor, Answer},
    timetables::office,
};

type Socket = WebSocketStream<TcpStream>;

#[track_caller]
fn read(answer: &Answer, status: u16) -> Value {
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (status, Some("application/x-yaml")),
        "{answer:?}"
    );
    yaml::read(&answer.text()).unwrap()
}

async fn patch(actor: &Actor, path: &str) -> Answer {
    actor.send(hyper::Method::PATCH, path, bytes::Bytes::new()).await
}

#[tokio::test]
async fn weeks_in_the_old_shape() {
    let app = App::start().await;
    let boss = office(&app).await;
    boss.put("/v1/timetables/phones/2026-11-23", json!({})).await.is(200);
    assert_eq!(
        read(&boss.get("/api/graella/list").await, 200),
        json!({"weeks": []}),
        "a draft is nobody's yet"
    );
    boss.post("/v1/timetables/phones/2026-11-23/publish", json!({})).await.is(200);
    assert_eq!(read(&boss.get("/api/graella/list").await, 200), json!({"weeks": ["2026-11-23"]}));
    let week = read(&patch(&boss, "/api/graella/2026-11-23/dl/1/0/anna").await, 200);
    assert_eq!(week["timetable"]["dl"], json!([[null, null], ["anna", null]]));
    assert_eq!((&week["days"], &week["turns"]), (&json!(["dl", "dm"]), &json!(["L1", "L2"])));
    assert_eq!(
        (&week["hours"], &week["names"]["anna"]),
        (&json!(["09:00", "10:15", "11:30"]), &json!("ANNA"))
    );
    assert_eq!((&week["overload"], &week["extensions"]["anna"]), (&json!({"anna": 1.0}), &json!("201")));
    let log = week["log"].as_array().unwrap();
    assert!(log.last().unwrap().as_str().unwrap().contains(": actor changed mon 10:15-11:30 L1"), "{log:?}");
    assert_eq!(read(&boss.get("/api/graella/2026-11-23").await, 200), week);
    assert_eq!(read(&boss.get("/api/graella-2026-11-23.yaml").await, 200), week);
    boss.get("/api/graella-2026-11-23.html").await.is_problem(404, "unknown_path");
    let why = read(&boss.get("/api/graella/2026-11-24").await, 400);
    assert!(why["error"].as_str().unwrap().contains("not a Monday"), "{why}");
    for bad in ["dl/9/0/anna", "dl/0/9/anna", "xx/0/0/anna", "dl/1/1/anna", "dl/0/0/nobodyknows"] {
        let why = read(&patch(&boss, &format!("/api/graella/2026-11-23/{bad}")).await, 400);
        assert!(why["error"].is_string(), "{bad}: {why}");
    }
    boss.get("/api/graella/2026-12-07").await.is_problem(404, "not_found");
    assert_eq!(read(&boss.get("/api/shifts/download/credit/2026-11-23").await, 200), json!({"anna": 1.0}));
    let why = read(&boss.get("/api/graella/retireold").await, 400);
    assert!(why["error"].as_str().unwrap().contains("no timetable"), "{why}");
    let calendar = boss.get("/api/calendar/anna").await;
    assert_eq!(calendar.header("content-type"), Some("text/calendar; charset=utf-8"));
    let reader = app.actor(&[Scope::TimetablesRead]).await;
    patch(&reader, "/api/graella/2026-11-23/dl/1/0/berta").await.is_problem(403, "forbidden");
    app.stranger().get("/api/calendar/anna").await.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn forced_turns_in_the_old_shape() {
    let app = App::start().await;
    let boss = office(&app).await;
    let table = read(&boss.get("/api/forcedturns").await, 200);
    assert_eq!((&table["week"], &table["turns"]), (&Value::Null, &json!(["L1"])));
    let table = read(&patch(&boss, "/api/forcedturns/line/add").await, 200);
    assert_eq!(table["turns"], json!(["L1", "L2"]));
    let table = read(&patch(&boss, "/api/forcedturns/dm/0/1/berta").await, 200);
    assert_eq!(table["timetable"]["dm"][0], json!([null, "berta"]));
    read(&patch(&boss, "/api/forcedturns/removeColumn").await, 400);
    read(&patch(&boss, "/api/forcedturns/dm/0/1/ningu").await, 200);
    assert_eq!(read(&patch(&boss, "/api/forcedturns/line/remove").await, 200)["turns"], json!(["L1"]));
    assert_eq!(read(&patch(&boss, "/api/forcedturns/addColumn").await, 200)["turns"], json!(["L1", "L2"]));
}

async fn socket(app: &App) -> Socket {
    let stream = TcpStream::connect(app.address).await.unwrap();
    client_async(format!("ws://{}/backchannel", app.address), stream).await.unwrap().0
}

/// The next text; none if it was closed.
async fn heard(socket: &mut Socket) -> Option<Value> {
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return serde_json::from_str(&text).ok(),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_page_is_told_of_its_calls_alone() {
    let app = App::start().await;
    office(&app).await;
    let mut named = Vec::new();
    for name in ["anna", "berta"] {
        let (plain, token) = token::create(name, &[Scope::NotesRead], None, jiff::Timestamp::now());
        app.store.add_token(&token).await.unwrap();
        let mut page = socket(&app).await;
        page.send(Message::Text(format!("IDEN:{name}:{plain}").into())).await.unwrap();
        named.push((plain, page));
    }
    // What comes to berta first shows that both are known by now.
    let ring = |extension: &str| json!({"extension": extension, "caller": "600111222"});
    for (extension, page) in [("202", 1), ("201", 0)] {
        let told = loop {
            app.feed.post(NoticeKind::CallRinging, None, ring(extension));
            let wait = std::time::Duration::from_millis(200);
            if let Ok(told) = tokio::time::timeout(wait, heard(&mut named[page].1)).await {
                break told.unwrap();
            }
        };
        assert_eq!((&told["type"], &told["phone"]), (&json!("PHONE"), &json!("600111222")));
        assert!(told["call_id"].is_i64() && told["date"].as_str().unwrap().ends_with("+00:00"), "{told}");
    }
    app.feed.post(NoticeKind::NoteChanged, None, json!({"person": "anna"}));
    let told = loop {
        let told = heard(&mut named[0].1).await.unwrap();
        if told["type"] != "PHONE" {
            break told;
        }
    };
    assert_eq!(told, json!({"type": "REFRESH"}));
}

#[tokio::test]
async fn nobody_listens_as_somebody_else() {
    let app = App::start().await;
    office(&app).await;
    let (plain, token) = token::create("berta", &[Scope::NotesRead], None, jiff::Timestamp::now());
    app.store.add_token(&token).await.unwrap();
    for said in ["IDEN:anna:".to_owned(), format!("IDEN:anna:{plain}"), "IDEN:anna:stasisd_no".to_owned()] {
        let mut page = socket(&app).await;
        page.send(Message::Text(said.clone().into())).await.unwrap();
        assert_eq!(heard(&mut page).await, None, "{said}: it is closed");
    }
    let mut page = socket(&app).await;
    page.send(Message::Text("x".repeat(5_000).into())).await.unwrap();
    assert_eq!(heard(&mut page).await, None, "a message without measure");
}
