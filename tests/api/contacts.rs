//! Contacts, lookups, and a PBX that tells which desk is rung.

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use stasisd::http::Scope;

use crate::{app::App, client::Actor, events::Watcher};

fn anna() -> Value {
    json!({"name": "Anna Pons", "numbers": ["600 00 00 01"], "facts": {"City": "Girona"}, "alerts": ["unpaid"],
        "items": [{"kind": "order", "id": "A-1", "label": "Taxi"}]})
}

async fn desk(app: &App) -> Actor {
    app.actor(&[Scope::ContactsRead, Scope::ContactsWrite, Scope::EventsRead, Scope::RingingWrite]).await
}

#[tokio::test]
async fn a_contact_lives() {
    let app = App::start().await;
    let desk = desk(&app).await;
    let stored = desk.put("/v1/contacts/C-1", anna()).await.is(200);
    assert_eq!((&stored["numbers"], &stored["source"]), (&json!(["+34600000001"]), &json!("own")));
    assert_eq!(desk.get("/v1/contacts/C-1").await.is(200), stored);
    desk.put("/v1/contacts/Caf%C3%A9%20%C3%91", json!({"name": "Ñ"})).await.is(200);
    let listed = desk.get("/v1/contacts").await.is(200);
    assert_eq!((listed["items"].as_array().unwrap().len(), &listed["next"]), (2, &Value::Null));
    assert_eq!(desk.get("/v1/contacts?number=600000001").await.is(200)["items"][0]["id"], "C-1");
    assert_eq!(desk.get("/v1/contacts?q=pon&field=name").await.is(200)["items"][0]["id"], "C-1");
    desk.delete("/v1/contacts/C-1").await.is(204);
    desk.delete("/v1/contacts/C-1").await.is(204);
    desk.get("/v1/contacts/C-1").await.is_problem(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_stored_is_named() {
    let app = App::start().await;
    let desk = desk(&app).await;
    desk.put("/v1/contacts/1", json!({"name": ""})).await.blames("name");
    desk.put("/v1/contacts/1", json!({"name": "A", "numbers": ["x"]})).await.blames("numbers[0]");
    desk.put("/v1/contacts/a%0Ab", json!({"name": "A"})).await.blames("id");
    desk.get("/v1/lookup").await.blames("number");
    desk.get("/v1/lookup?q=%20").await.blames("q");
    desk.get("/v1/contacts?q=a&number=1").await.blames("q");
    app.shop().await.get("/v1/contacts").await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn a_lookup_tells_what_each_source_said() {
    let app = App::start().await;
    let desk = desk(&app).await;
    desk.put("/v1/contacts/C-1", anna()).await.is(200);
    let found = desk.get("/v1/lookup?number=0034600000001").await.is(200);
    assert_eq!((&found["outcome"], &found["contact"]["id"]), (&json!("found"), &json!("C-1")));
    assert_eq!(
        (&found["sources"][0]["source"], &found["sources"][0]["outcome"]),
        (&json!("own"), &json!("found"))
    );
    let nobody = desk.get("/v1/lookup?number=anonymous").await.is(200);
    assert_eq!((&nobody["outcome"], &nobody["contact"]), (&json!("none"), &Value::Null));
    assert_eq!(desk.get("/v1/lookup?q=a-1&field=item").await.is(200)["contact"]["id"], "C-1");
    assert_eq!(desk.get("/v1/lookup?q=gir").await.is(200)["contacts"][0]["id"], "C-1");
}

#[tokio::test]
async fn a_table_is_imported_whole_or_not_at_all() {
    let app = App::start().await;
    let desk = desk(&app).await;
    let import = async |text: &str| {
        let body = Bytes::from(text.to_owned());
        desk.with("content-type", "text/csv").send(Method::POST, "/v1/contacts/import", body).await
    };
    import("id,name\n1,Anna\n2\n").await.blames("body");
    assert_eq!(desk.get("/v1/contacts").await.is(200)["items"], json!([]));
    let done = import("id,name,phone,City\n1,Anna,600000001,Girona\n2,Berta,,\n").await.is(200);
    assert_eq!(done, json!({"contacts": 2}));
    assert_eq!(desk.get("/v1/lookup?number=600000001").await.is(200)["contact"]["facts"]["City"], "Girona");
    assert_eq!(import("\u{0}").await.status, 422);
}

/// The curl line of the README of Tomàtic: `curl --max-time 1 -X POST $BASEURL/api/info/ringring --data ext=101
/// --data phone=555441234`.
#[tokio::test]
async fn a_pbx_rings_a_desk_and_the_contact_is_on_the_stream() {
    let app = App::start().await;
    let desk = desk(&app).await;
    desk.put("/v1/contacts/C-1", anna()).await.is(200);
    let mut watcher = Watcher::open(&desk, "?kind=call.ringing").await;
    let form = desk.with("content-type", "application/x-www-form-urlencoded");
    let rung = form.send(Method::POST, "/api/info/ringring", "ext=101&phone=600000001".into()).await;
    assert_eq!(rung.is(200), json!({"result": "ok"}));
    let event = watcher.next().await.unwrap();
    let data = &event.data["data"];
    assert_eq!((event.name.as_str(), &data["extension"]), ("call.ringing", &json!("101")));
    assert_eq!(
        (&data["contact"]["name"], &data["contact"]["alerts"]),
        (&json!("Anna Pons"), &json!(["unpaid"]))
    );
    assert_eq!((&data["outcome"], &data["via"]), (&json!("found"), &json!("ringring")));
    desk.get("/api/info/ringring?phone=555441234&extension=102").await.is(200);
    let data = watcher.next().await.unwrap().data["data"].clone();
    assert_eq!(
        (&data["extension"], &data["outcome"], &data["contact"]),
        (&json!("102"), &json!("none"), &Value::Null)
    );
}

#[tokio::test]
async fn a_pbx_needs_its_token_and_may_keep_it_in_the_url() {
    let app = App::start().await;
    let pbx = app.actor(&[Scope::RingingWrite]).await;
    pbx.get("/v1/contacts").await.is_problem(403, "forbidden");
    pbx.get("/api/info/ringring?phone=1&ext=2").await.is(200);
    let other = app.stranger();
    other.get("/api/info/ringring?phone=1&ext=2").await.is_problem(401, "unauthorized");
    let basic = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("{}:", pbx.token.clone().unwrap()),
    );
    other
        .with("authorization", &format!("Basic {basic}"))
        .get("/api/info/ringring?phone=1&ext=2")
        .await
        .is(200);
}

#[tokio::test]
async fn the_older_shape_of_lookups() {
    let app = App::start().await;
    let desk = desk(&app).await;
    desk.put("/v1/contacts/C-1", anna()).await.is(200);
    let shown = desk.get("/api/info/phone/600000001").await.is(200);
    let info = &shown["info"];
    assert_eq!((&info["message"], &info["info"]["partners"][0]["name"]), (&json!("ok"), &json!("Anna Pons")));
    assert_eq!(info["info"]["partners"][0]["contracts"][0]["number"], "A-1");
    assert_eq!(desk.get("/api/info/name/nobody").await.is(200)["info"]["message"], "no_info");
    desk.get("/api/info/colour/red").await.blames("field");
}
