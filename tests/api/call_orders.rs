//! Call orders: ordered once, followed, moved, cancelled.

use bytes::Bytes;
use hyper::Method;
use serde_json::{Value, json};
use stasisd::{
    http::Scope,
    model::{Attempt, AttemptState, CallOrderId, Reach},
};

use crate::app::App;

fn call() -> Value {
    json!({"number": "600 00 00 01", "text": "The appointment is at nine.", "lane": "alert"})
}

fn keyed(key: &str) -> Value {
    let mut call = call();
    call["idempotency_key"] = key.into();
    call
}

async fn list(actor: &crate::client::Actor, query: &str) -> Vec<Value> {
    let page = actor.get(&format!("/v1/call-orders?{query}")).await.is(200);
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_call_is_ordered_and_followed() {
    let app = App::start().await;
    let caller = app.actor(&[Scope::CallsRead, Scope::CallsWrite]).await;
    let answer = caller.post("/v1/calls", call()).await;
    let order = answer.is(201);
    assert_eq!((&order["number"], &order["state"]), (&json!("+34600000001"), &json!("waiting")));
    assert_eq!((&order["flow"], &order["lane"]), (&json!("message"), &json!("alert")));
    assert_eq!(order["facts"], json!({"text": "The appointment is at nine."}));
    let place = answer.header("location").unwrap();
    assert_eq!(place, format!("/v1/call-orders/{}", order["id"].as_str().unwrap()));
    let seen = caller.get(place).await.is(200);
    assert_eq!((&seen["order"], &seen["attempts"]), (&order, &json!([])));

    let id = CallOrderId::parse(order["id"].as_str().unwrap()).unwrap();
    let stored = app.store.call_order(id).await.unwrap().unwrap();
    let (journal, _writer) = app.journal();
    let at = stored.created_at;
    journal.save_attempt(std::sync::Arc::new(Attempt {
        state: AttemptState::Ended,
        sent: Some(true),
        ended_at: Some(at),
        reach: Some(Reach::Busy),
        dial_status: Some("BUSY".to_owned()),
        cause: Some(17),
        tech_cause: Some(486),
        ..Attempt::new(id.attempt(1), stored.number.clone(), "north", "a", at)
    }));
    journal.flushed().await.unwrap();
    let attempts = caller.get(place).await.is(200)["attempts"].clone();
    assert_eq!((&attempts[0]["attempt"], &attempts[0]["reach"]), (&json!(1), &json!("busy")));
    assert_eq!((&attempts[0]["cause"], &attempts[0]["tech_cause"]), (&json!(17), &json!(486)));
}

#[tokio::test]
async fn the_same_key_is_the_same_call() {
    let app = App::start().await;
    let admin = app.admin().await;
    let first = admin.post("/v1/calls", keyed("k-1")).await.is(201);
    let repeat = admin.post("/v1/calls", keyed("k-1")).await;
    assert_eq!(repeat.is(200)["id"], first["id"]);
    assert!(repeat.header("location").is_some());
    let by_header = admin.with("idempotency-key", "k-1").post("/v1/calls", call()).await.is(200);
    assert_eq!(by_header["id"], first["id"], "header and field are one thing");

    let mut other = keyed("k-1");
    other["text"] = "Another text.".into();
    let answer = admin.post("/v1/calls", other).await;
    assert_eq!(answer.is_problem(409, "idempotency_conflict")["field"], "idempotency_key");
    admin.with("idempotency-key", "k-2").post("/v1/calls", keyed("k-1")).await.blames("idempotency_key");
    assert_eq!(list(&admin, "").await.len(), 1);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let app = App::start().await;
    let admin = app.admin().await;
    let cases = [
        ("number", json!("500&PJSIP/x"), "number"),
        ("number", json!(7), "number"),
        ("at", json!("yesterday-ish"), "at"),
        ("lane", json!("vip"), "lane"),
        ("amd", json!("maybe"), "amd"),
        ("retry", json!({"ceiling": 3, "after": {"late": {"delay_secs": 1, "max": 1}}}), "retry.after"),
        ("ring_timeout_secs", json!(-1), "ring_timeout_secs"),
        ("voice", json!("joe"), "voice"),
    ];
    for (key, value, field) in cases {
        let mut body = call();
        body[key] = value;
        let problem = admin.post("/v1/calls", body.clone()).await.is_problem(422, "invalid_field");
        let blamed = problem["field"].as_str().unwrap_or_default();
        assert!(blamed.starts_with(field), "{body}: {problem}");
    }
    assert_eq!(list(&admin, "").await, Vec::<Value>::new(), "nothing is ordered");
}

#[tokio::test]
async fn only_who_may_orders() {
    let app = App::start().await;
    let reader = app.actor(&[Scope::CallsRead]).await;
    let writer = app.actor(&[Scope::CallsWrite]).await;
    reader.post("/v1/calls", call()).await.is_problem(403, "forbidden");
    reader.post("/v1/calls/batch", json!({"calls": [call()]})).await.is_problem(403, "forbidden");
    let id = writer.post("/v1/calls", call()).await.is(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/call-orders/{id}");
    reader.delete(&path).await.is_problem(403, "forbidden");
    reader.patch(&path, json!({"at": "2030-01-01T00:00:00Z"})).await.is_problem(403, "forbidden");
    for path in ["/v1/call-orders", &path, "/v1/gateways"] {
        writer.get(path).await.is_problem(403, "forbidden");
        app.stranger().get(path).await.is_problem(401, "unauthorized");
        reader.get(path).await.is(200);
    }
}

#[tokio::test]
async fn many_are_each_accepted_or_not() {
    let app = App::start().await;
    let admin = app.admin().await;
    admin.post("/v1/calls", keyed("old")).await.is(201);
    let mut conflict = keyed("old");
    conflict["text"] = "x".into();
    let mut bad = call();
    bad["number"] = "1;2".into();
    let calls = json!({"calls": [keyed("new"), keyed("old"), conflict, bad, call()]});
    let results = admin.post("/v1/calls/batch", calls).await.is(200)["results"].clone();
    let statuses: Vec<_> =
        results.as_array().unwrap().iter().map(|r| r["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 200, 409, 422, 201]);
    assert_eq!((&results[2]["code"], &results[2]["order"]), (&json!("idempotency_conflict"), &Value::Null));
    assert_eq!(results[3]["field"], "calls[3].number");
    assert_eq!(results[0]["order"]["idempotency_key"], "new");
    assert_eq!(list(&admin, "").await.len(), 3);

    let none = json!({"calls": []});
    admin.post("/v1/calls/batch", none).await.blames("calls");
    admin.post("/v1/calls/batch", json!({"calls": vec![call(); 201]})).await.blames("calls");
    admin
        .post("/v1/calls/batch", json!({"calls": [call(), {"text": "x"}]}))
        .await
        .is_problem(422, "invalid_field");
    assert_eq!(list(&admin, "").await.len(), 3);
}

#[tokio::test]
async fn orders_are_listed_by_what_they_are() {
    let app = App::start().await;
    let admin = app.admin().await;
    let calls = [
        json!({"number": "600000001", "text": "a", "subject": "order:A-1", "gateway": "south"}),
        json!({"number": "600000001", "text": "b", "lane": "campaign"}),
        json!({"number": "600000002", "text": "c", "lane": "campaign"}),
    ];
    for call in calls {
        admin.post("/v1/calls", call).await.is(201);
    }
    let texts = async |query: &str| -> Vec<String> {
        let found = list(&admin, query).await;
        found.iter().map(|order| order["facts"]["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("").await, ["c", "b", "a"], "newest first");
    assert_eq!(texts("number=600%2000%2000%2001").await, ["b", "a"]);
    assert_eq!(texts("lane=campaign&state=waiting").await, ["c", "b"]);
    assert_eq!(texts("gateway=south").await, ["a"]);
    assert_eq!(texts("subject=order:A-1").await, ["a"]);
    assert_eq!(texts("state=ended").await, [""; 0]);
    assert_eq!(texts("created_to=2020-01-01T00:00:00Z").await, [""; 0]);
    assert_eq!(texts("created_from=2020-01-01T00:00:00Z&limit=1").await, ["c"]);
    let first = admin.get("/v1/call-orders?limit=2").await.is(200);
    let next = format!("limit=2&cursor={}", first["next"].as_str().unwrap());
    assert_eq!(texts(&next).await, ["a"]);
    admin.get("/v1/call-orders?state=lost").await.is_problem(400, "invalid_query");
    admin.get("/v1/call-orders?number=a").await.blames("number");
    admin.get("/v1/call-orders?cursor=x").await.is_problem(400, "invalid_cursor");
}

#[tokio::test]
async fn one_that_waits_is_moved_and_cancelled() {
    let app = App::start().await;
    let admin = app.admin().await;
    let mut later = call();
    later["at"] = "2030-01-01T09:00:00Z".into();
    later["not_after"] = "2030-01-02T00:00:00Z".into();
    let id = admin.post("/v1/calls", later).await.is(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/call-orders/{id}");

    let moved = admin.patch(&path, json!({"at": "2030-01-01T10:00:00Z"})).await.is(200);
    assert_eq!(moved["next_at"], "2030-01-01T10:00:00Z");
    assert_eq!(moved["not_after"], "2030-01-02T00:00:00Z", "what is not given stays");
    let endless = admin.patch(&path, json!({"not_after": null})).await.is(200);
    assert_eq!((&endless["not_after"], &endless["next_at"]), (&Value::Null, &moved["next_at"]));
    admin.patch(&path, json!({})).await.blames("at");
    admin.patch(&path, json!({"at": "soon"})).await.blames("at");
    admin.patch(&path, json!({"number": "1"})).await.blames("number");

    let cancelled = admin.delete(&path).await.is(200);
    assert_eq!((&cancelled["state"], &cancelled["end"]), (&json!("ended"), &json!("cancelled")));
    assert_eq!(admin.delete(&path).await.is(200), cancelled, "it stays as it ended");
    let late = admin.patch(&path, json!({"at": "2030-01-01T10:00:00Z"})).await;
    late.is_problem(409, "call_order_not_waiting");

    let other = format!("/v1/call-orders/{}", uuid::Uuid::now_v7());
    admin.delete(&other).await.is_problem(404, "not_found");
    admin.get(&other).await.is_problem(404, "not_found");
    admin.patch(&other, json!({"at": "2030-01-01T10:00:00Z"})).await.is_problem(404, "not_found");
    admin.get("/v1/call-orders/1").await.blames("id");
}

#[tokio::test]
async fn gateways_tell_what_is_in_use() {
    let app = App::start().await;
    let gateways = app.admin().await.get("/v1/gateways").await.is(200);
    let north = &gateways["items"][0];
    assert_eq!((&north["name"], &north["state"]), (&json!("north"), &json!("slowed")));
    assert_eq!((&north["calls"], &north["max_calls"]), (&json!(3), &json!(10)));
    assert_eq!(north["endpoints"][0]["set_aside_until"], "2026-11-21T10:00:00Z");
    assert_eq!(north["endpoints"][1]["set_aside_until"], Value::Null);
}

#[tokio::test]
async fn a_customer_is_called_about_an_order() {
    let app = App::start().await;
    let (shop, admin) = (app.shop().await, app.admin().await);
    let put = |phones: Value| json!({"phones": phones, "status": "sent", "version": 1});
    assert_eq!(shop.put("/v1/orders/A-1", put(json!(["600000001"]))).await.is(201)["calls"], json!([]));
    shop.put("/v1/orders/A-2", put(json!([]))).await.is(201);

    let told =
        admin.with("idempotency-key", "n-1").send(Method::POST, "/v1/orders/A-1/notify", Bytes::new()).await;
    let call = told.is(201)["calls"][0].clone();
    assert_eq!((&call["number"], &call["order"]["subject"]), (&json!("+34600000001"), &json!("order:A-1")));
    assert_eq!(call["order"]["idempotency_key"], "n-1");
    let how = json!({"flow": "order-notify", "lane": "alert", "language": "es", "numbers": "all"});
    let told = admin.post("/v1/orders/A-1/notify", how).await.is(201);
    assert_eq!(
        (&told["calls"][0]["order"]["lane"], &told["calls"][0]["order"]["language"]),
        (&json!("alert"), &json!("es"))
    );
    assert_eq!(list(&admin, "state=waiting").await.len(), 1, "it took the other one's place");

    admin.post("/v1/orders/A-1/notify", json!({"at": "soon"})).await.blames("at");
    admin.post("/v1/orders/A-1/notify", json!({"numbers": "some"})).await.blames("numbers");
    admin.post("/v1/orders/A-1/notify", json!({"voice": "joe"})).await.blames("voice");
    admin.post("/v1/orders/A-2/notify", json!({})).await.is_problem(409, "order_without_phone");
    admin.post("/v1/orders/A-3/notify", json!({})).await.is_problem(404, "not_found");
    shop.post("/v1/orders/A-1/notify", json!({})).await.is_problem(403, "forbidden");
}
