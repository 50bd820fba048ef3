//! Rules, lists, links, the dry run, and the old names.

use serde_json::{Value, json};
use stasisd::{http::Scope, model::NumberMatch};

use crate::{app::App, client::Actor};

fn ivr(more: &Value) -> Value {
    let mut body = json!({"caller": "600 00 00 01", "target": {"kind": "flow", "flow": "order-status"}});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn way(actor: &Actor, question: Value) -> Value {
    actor.post("/v1/route", question).await.is(200)
}

#[tokio::test]
async fn a_rule_lives() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::RoutingRead, Scope::RoutingWrite]).await;
    let path = "/v1/rules/taxi-1";
    let made = desk.put(path, ivr(&json!({"version": 1, "ttl_secs": 60, "note": "taxi"}))).await.is(201);
    assert_eq!((&made["outcome"], &made["rule"]["caller"]), (&json!("created"), &json!("+34600000001")));
    assert!(made["rule"]["expires_at"].is_string());
    let longer = desk.put(path, ivr(&json!({"version": 2, "ttl_secs": 6000, "note": "taxi"}))).await.is(200);
    assert_eq!(longer["outcome"], "applied");
    assert!(longer["rule"]["expires_at"].as_str() > made["rule"]["expires_at"].as_str(), "it is extended");
    assert_eq!(longer["rule"]["created_at"], made["rule"]["created_at"]);
    let late = desk.put(path, ivr(&json!({"version": 1, "ttl_secs": 60}))).await.is(200);
    assert_eq!(late["outcome"], "stale");
    desk.put(path, ivr(&json!({"version": 2, "priority": 3}))).await.is_problem(409, "version_conflict");
    assert_eq!(desk.get(path).await.is(200), longer["rule"]);
    assert_eq!(desk.get("/v1/rules?caller=600000001").await.is(200)["items"][0]["id"], "taxi-1");
    assert_eq!(desk.get("/v1/rules?caller=%2B34*").await.is(200)["items"], json!([]));

    let told = way(&desk, json!({"from": "600000001", "to": "900"})).await;
    assert_eq!((&told["route"]["rule"], &told["considered"][0]["decides"]), (&json!("taxi-1"), &json!(true)));
    assert_eq!(way(&desk, json!({"from": "600000002"})).await["considered"][0]["matches"], false);
    let later = json!({"from": "600000001", "at": "2040-01-01T00:00:00Z"});
    let told = way(&desk, later).await;
    assert!(told["considered"][0]["why"].as_str().unwrap().contains("it expired at"), "{told}");

    assert_eq!(desk.delete("/v1/rules/taxi-1?version=1").await.is(200)["outcome"], "stale");
    assert_eq!(desk.delete(path).await.is(200)["outcome"], "applied");
    assert_eq!(
        desk.delete(path).await.is(200)["outcome"],
        "unchanged",
        "deleting what is not there is success"
    );
    desk.get(path).await.is_problem(404, "not_found");
    assert_eq!(way(&desk, json!({"from": "600000001"})).await["route"]["rule"], Value::Null);
    assert_eq!(
        desk.put(path, ivr(&json!({"version": 2}))).await.is(200)["rule"],
        Value::Null,
        "it stays deleted"
    );

    let answer = desk.post("/v1/rules", ivr(&json!({}))).await;
    let made = answer.is(201);
    assert_eq!(answer.header("location"), Some(&*format!("/v1/rules/{}", made["id"].as_str().unwrap())));
}

#[tokio::test]
async fn what_a_rule_cannot_be_is_named() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::RoutingWrite]).await;
    let to = |target: Value| json!({"target": target});
    let cases = [
        (ivr(&json!({"caller": "500&PJSIP/x"})), "caller"),
        (ivr(&json!({"called": "9 9*"})), "called"),
        (ivr(&json!({"called": "anonymous"})), "called"),
        (ivr(&json!({"gateway": "a b"})), "gateway"),
        (ivr(&json!({"priority": 2_000_000})), "priority"),
        (ivr(&json!({"ttl_secs": 1, "expires_at": "2030-01-01T00:00:00Z"})), "ttl_secs"),
        (ivr(&json!({"note": "a\nb"})), "note"),
        (ivr(&json!({"hours": {"calendar": "office", "when": "open"}})), "hours.calendar"),
        (to(json!({"kind": "flow", "flow": "nowhere"})), "target.flow"),
        (to(json!({"kind": "queue", "queue": "${SHELL(id)}"})), "target.queue"),
        (to(json!({"kind": "extension", "context": "a,b", "extension": "1"})), "target.context"),
        (to(json!({"kind": "extension", "context": "a", "extension": "1&2"})), "target.extension"),
        (
            to(json!({"kind": "extension", "context": "stasisd-inbound", "extension": "1"})),
            "target.extension",
        ),
        (to(json!({"kind": "gateway", "gateway": "south", "number": "900"})), "target.gateway"),
        (to(json!({"kind": "gateway", "gateway": "north", "number": "9;0"})), "target.number"),
        (to(json!({"kind": "gateway", "gateway": "north"})), "target.gateway"),
    ];
    for (body, field) in cases {
        desk.put("/v1/rules/a", body.clone()).await.blames(field);
    }
    desk.put("/v1/rules/a%20b", ivr(&json!({}))).await.blames("id");
    for body in [json!({}), to(json!({"kind": "person"})), ivr(&json!({"colour": "red"}))] {
        assert_eq!(desk.put("/v1/rules/a", body).await.status, 422);
    }
    assert!(app.routing.is_empty());
}

#[tokio::test]
async fn scopes_are_asked_for() {
    let app = App::start().await;
    let (reader, writer) = (app.actor(&[Scope::RoutingRead]).await, app.actor(&[Scope::RoutingWrite]).await);
    reader.put("/v1/rules/a", ivr(&json!({}))).await.is_problem(403, "forbidden");
    reader.put("/v1/lists/block/1", json!({})).await.is_problem(403, "forbidden");
    reader.post("/routetoivr", json!({"phone": "600000001"})).await.is_problem(403, "forbidden");
    writer.get("/v1/rules").await.is_problem(403, "forbidden");
    writer.get("/v1/links/A-1").await.is_problem(403, "forbidden");
    writer.post("/v1/route", json!({})).await.is_problem(403, "forbidden");
    writer.get("/make_call?order_id=A-1").await.is_problem(403, "forbidden");
    app.stranger().get("/make_call?order_id=A-1").await.is_problem(401, "unauthorized");
}

#[tokio::test]
async fn lists_live() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::RoutingRead, Scope::RoutingWrite]).await;
    let made = desk.put("/v1/lists/block/600000001", json!({"note": "rude", "ttl_secs": 60})).await.is(201);
    assert_eq!(made["entry"]["number"], "+34600000001");
    assert_eq!(desk.put("/v1/lists/block/%2B44*", json!({})).await.is(201)["entry"]["number"], "+44*");
    let told = way(&desk, json!({"from": "+34600000001"})).await;
    assert_eq!((&told["list"], &told["route"]["target"]["reason"]), (&json!("block"), &json!("forbidden")));
    let listed = desk.get("/v1/lists/block").await.is(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    assert_eq!(desk.get("/v1/lists/vip").await.is(200)["items"], json!([]));
    assert_eq!(desk.delete("/v1/lists/block/600000001").await.is(200)["outcome"], "applied");
    assert_eq!(desk.delete("/v1/lists/block/600000001").await.is(200)["outcome"], "unchanged");
    assert_eq!(way(&desk, json!({"from": "+34600000001"})).await["list"], Value::Null);
    desk.get("/v1/lists/friends").await.is_problem(404, "not_found");
    desk.put("/v1/lists/vip/bob", json!({})).await.blames("number");
}

#[tokio::test]
async fn links_live() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::RoutingRead, Scope::RoutingWrite]).await;
    let body = |version: i64| json!({"called": "900 000 001", "gateway": "north", "version": version});
    let made = desk.put("/v1/links/A-1", body(1)).await.is(201);
    assert_eq!(
        (&made["link"]["called"], &made["link"]["gateway"]),
        (&json!("+34900000001"), &json!("north"))
    );
    assert_eq!(desk.put("/v1/links/A-1", body(1)).await.is(200)["outcome"], "unchanged");
    let other = json!({"called": "900000002", "version": 1});
    desk.put("/v1/links/A-1", other).await.is_problem(409, "version_conflict");
    assert_eq!(desk.get("/v1/links/A-1").await.is(200), made["link"]);
    assert_eq!(desk.get("/v1/links").await.is(200)["items"][0], made["link"]);
    assert_eq!(desk.delete("/v1/links/A-1").await.is(200)["outcome"], "applied");
    assert_eq!(desk.delete("/v1/links/A-1").await.is(200)["outcome"], "unchanged");
    desk.get("/v1/links/A-1").await.is_problem(404, "not_found");
    desk.put("/v1/links/A%2F1", body(1)).await.blames("order");
    desk.put("/v1/links/A-1", json!({"called": "bob"})).await.blames("called");
}

#[tokio::test]
async fn the_old_names_of_rules_and_links() {
    let app = App::start().await;
    let old = app.actor(&[Scope::RoutingWrite]).await;
    let seen = app.actor(&[Scope::RoutingRead]).await;
    let ok = json!({"status": "ok"});
    assert_eq!(old.post("/routetoivr", json!({"phone": "600000001", "time": 60})).await.is(200), ok);
    let first = seen.get("/v1/rules/ivr:34600000001").await.is(200);
    assert_eq!(first["target"], json!({"kind": "flow", "flow": "order-status"}));
    let lives = |rule: &Value| {
        let at = |key: &str| rule[key].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        at("expires_at").duration_since(at("updated_at")).as_secs()
    };
    assert_eq!(lives(&first), 60 + 900, "and the margin of the configuration");
    assert_eq!(old.post("/routetoivr", json!({"phone": "600000001", "time": 600})).await.is(200), ok);
    let longer = seen.get("/v1/rules/ivr:34600000001").await.is(200);
    assert_eq!(
        (lives(&longer), &longer["created_at"]),
        (1500, &first["created_at"]),
        "extended, not doubled"
    );
    assert_eq!(app.routing.len(), 1);
    for path in ["/routetooperator", "/routetooperator"] {
        assert_eq!(old.post(path, json!({"phone": "600000001"})).await.is(200), ok);
    }
    assert!(app.routing.is_empty());
    old.post("/routetoivr", json!({"phone": "x&y"})).await.blames("phone");
    old.post("/routetoivr", json!({"phone": "1", "time": -1})).await.blames("time");

    let link = json!({"order_id": "A-1", "inbound_number": "900000001", "gateway": "north", "expires": 2_000_000_000});
    for _ in 0..2 {
        assert_eq!(
            old.post("/tel/inbound_number", link.clone()).await.is(200),
            ok,
            "sent again, nothing is doubled"
        );
    }
    let stored = seen.get("/v1/links/A-1").await.is(200);
    assert_eq!(
        (&stored["called"], &stored["expires_at"]),
        (&json!("+34900000001"), &json!("2033-05-18T03:33:20Z"))
    );
    old.post("/tel/inbound_number", json!({"order_id": "A 1", "phone": "900"})).await.blames("order_id");
    let never = json!({"order_id": "A-1", "phone": "900", "expires": "soon"});
    old.post("/tel/inbound_number", never).await.blames("expires");
}

#[tokio::test]
async fn the_old_name_of_a_status_call() {
    let app = App::start().await;
    let old = app.actor(&[Scope::CallsWrite]).await;
    old.get("/make_call?order_id=A-1").await.blames("phone");
    let made = old.get("/make_call?order_id=A-1&phone=600000001").await.is(200);
    assert_eq!(made["status"], "ok");
    let again = old.get("/make_call?order_id=A-1&phone=600000001").await.is(200);
    let minute = |call: &Value| call["call_id"].clone();
    // The two may lie in two minutes, but hardly each time.
    if minute(&again) != minute(&made) {
        let third = old.get("/make_call?order_id=A-1&phone=600000001").await.is(200);
        assert_eq!(minute(&third), minute(&again));
    }
    let orders = app.admin().await.get("/v1/call-orders?subject=order:A-1").await.is(200);
    assert_eq!(orders["items"][0]["number"], "+34600000001");
}

#[tokio::test]
async fn a_hundred_writers_and_the_book_has_each() {
    let app = App::start().await;
    let desk = app.actor(&[Scope::RoutingWrite]).await;
    let writers: Vec<_> = (0..100)
        .map(|n| {
            let (desk, body) = (desk.clone(), ivr(&json!({"caller": format!("6000001{n:02}")})));
            tokio::spawn(async move { desk.put(&format!("/v1/rules/r{n}"), body).await.is(201) })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(app.routing.len(), 100);
    app.routing.reread().await.unwrap();
    assert_eq!(app.routing.len(), 100);
    let number = NumberMatch::parse("+34600000177", None).unwrap();
    let arrival = app.routing.arrival(Some(&number.to_string()), None, None);
    let route = app.routing.decide(&arrival, jiff::Timestamp::now());
    assert_eq!(route.rule.unwrap().as_str(), "r77");
}
