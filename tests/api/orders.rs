//! Orders: stored once, whatever the order and number of the messages.

use std::collections::HashSet;

use rand::seq::SliceRandom;
use serde_json::{Value, json};
use stasisd::http::Scope;

use crate::app::App;

fn body(version: i64, status: &str) -> Value {
    json!({"phones": ["600 00 00 01"], "status": status, "facts": {"eta": 12}, "version": version})
}

#[tokio::test]
async fn an_order_lives() {
    let app = App::start().await;
    let shop = app.shop().await;

    let made = shop.put("/v1/orders/A-1", body(1, "packed")).await.is(201);
    assert_eq!(made["outcome"], "created");
    assert_eq!(made["order"]["phones"], json!(["+34600000001"]), "read by the country's rules");
    assert_eq!(made["order"]["facts"], json!({"eta": 12}));
    assert!(made["order"]["expires_at"].is_string(), "the default holds");

    assert_eq!(shop.put("/v1/orders/A-1", body(2, "sent")).await.is(200)["outcome"], "applied");
    assert_eq!(shop.get("/v1/orders/A-1").await.is(200)["status"], "sent");

    let stale = shop.put("/v1/orders/A-1", body(1, "packed")).await.is(200);
    assert_eq!((&stale["outcome"], &stale["order"]["status"]), (&json!("stale"), &json!("sent")));

    assert_eq!(shop.delete("/v1/orders/A-1?version=1").await.is(200)["outcome"], "stale");
    assert_eq!(shop.delete("/v1/orders/A-1?version=3").await.is(200)["outcome"], "applied");
    assert_eq!(shop.delete("/v1/orders/A-1?version=3").await.is(200)["outcome"], "unchanged");
    shop.get("/v1/orders/A-1").await.is_problem(404, "not_found");

    let late = shop.put("/v1/orders/A-1", body(2, "sent")).await.is(200);
    assert_eq!((&late["outcome"], &late["order"]), (&json!("stale"), &Value::Null), "it stays deleted");
    assert_eq!(shop.put("/v1/orders/A-1", body(4, "again")).await.is(201)["outcome"], "created");
}

#[tokio::test]
async fn a_replayed_put_changes_nothing_and_another_content_is_a_conflict() {
    let app = App::start().await;
    let shop = app.shop().await;
    let with_ttl = json!({"phones": [], "status": "sent", "version": 7, "ttl_secs": 60});
    let first = shop.put("/v1/orders/A", with_ttl.clone()).await.is(201);
    let again = shop.put("/v1/orders/A", with_ttl).await.is(200);
    assert_eq!(again["outcome"], "unchanged");
    assert_eq!(again["order"], first["order"], "also an expiry that counts from the arrival");
    shop.put("/v1/orders/A", body(7, "other")).await.is_problem(409, "version_conflict");
    assert_eq!(shop.get("/v1/orders/A").await.is(200), first["order"]);
}

#[tokio::test]
async fn times_are_versions() {
    let app = App::start().await;
    let shop = app.shop().await;
    let at = |time: &str, status: &str| json!({"phones": [], "status": status, "updated_at": time});
    shop.put("/v1/orders/A", at("2026-11-21T10:00:00+01:00", "sent")).await.is(201);
    let earlier = shop.put("/v1/orders/A", at("2026-11-21T08:59:59Z", "packed")).await.is(200);
    assert_eq!(earlier["outcome"], "stale");
    let later = shop.put("/v1/orders/A", at("2026-11-21T09:00:00.000001Z", "there")).await.is(200);
    assert_eq!(later["outcome"], "applied");
}

#[tokio::test]
async fn fifty_versions_at_once_and_the_highest_wins() {
    let app = App::start().await;
    let shop = app.shop().await;
    let mut versions: Vec<i64> = (1..=50).collect();
    versions.shuffle(&mut rand::rng());
    let puts = versions.into_iter().map(|version| {
        let shop = shop.clone();
        tokio::spawn(async move {
            let answer = shop.put("/v1/orders/A", body(version, &format!("v{version}"))).await;
            (answer.status, answer.body()["outcome"].as_str().unwrap().to_owned())
        })
    });
    let mut outcomes = Vec::new();
    for put in puts.collect::<Vec<_>>() {
        outcomes.push(put.await.unwrap());
    }
    let created = outcomes.iter().filter(|o| **o == (201, "created".to_owned())).count();
    assert_eq!(created, 1, "{outcomes:?}");
    assert!(
        outcomes.iter().all(|(_, o)| ["created", "applied", "stale"].contains(&o.as_str())),
        "{outcomes:?}"
    );
    let left = shop.get("/v1/orders/A").await.is(200);
    assert_eq!((&left["version"], &left["status"]), (&json!(50), &json!("v50")));
}

#[tokio::test]
async fn what_cannot_be_taken_is_named() {
    let app = App::start().await;
    let shop = app.shop().await;
    let with = |key: &str, value: Value| {
        let mut order = body(1, "sent");
        order[key] = value;
        order
    };
    let cases = [
        (with("phones", json!(["500&PJSIP/x"])), "phones[0]"),
        (with("phones", json!(["1", "${EXTEN}"])), "phones[1]"),
        (with("phones", json!([1])), "phones[0]"),
        (with("phones", json!(vec!["1"; 17])), "phones"),
        (with("status", json!("a\nb")), "status"),
        (with("status", json!(null)), "status"),
        (with("version", json!(1.5)), "version"),
        (with("version", json!(9_223_372_036_854_775_808_u64)), "version"),
        (with("version", json!(null)), "version"),
        (with("updated_at", json!("2026-11-21T10:00:00Z")), "updated_at"),
        (with("expires_at", json!("tomorrow")), "expires_at"),
        (with("facts", json!([])), "facts"),
        (with("colour", json!("red")), "colour"),
    ];
    for (order, field) in cases {
        shop.put("/v1/orders/A", order).await.blames(field);
    }
    shop.put("/v1/orders/a%20b", body(1, "sent")).await.blames("id");
    shop.get("/v1/orders?phone=x").await.blames("phone");
    shop.get("/v1/orders?limit=0").await.blames("limit");
    shop.get("/v1/orders?limit=201").await.blames("limit");
    shop.get("/v1/orders?limit=many").await.is_problem(400, "invalid_query");
    shop.get("/v1/orders?colour=red").await.is_problem(400, "invalid_query");
    shop.get("/v1/orders?cursor=nonsense").await.is_problem(400, "invalid_cursor");
    shop.delete("/v1/orders/A?version=1&updated_at=2026-11-21T10:00:00Z").await.blames("updated_at");
    assert_eq!(shop.get("/v1/orders").await.is(200)["items"], json!([]), "nothing was stored");
}

#[tokio::test]
async fn lists_are_filtered_and_paged() {
    let app = App::start().await;
    let shop = app.shop().await;
    for n in 0..25 {
        let status = if n % 5 == 0 { "sent" } else { "packed" };
        let order = json!({"phones": [format!("60000000{}", n % 2)], "status": status, "version": 1});
        shop.put(&format!("/v1/orders/o{n}"), order).await.is(201);
    }
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items.iter().map(|o| o["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut seen = Vec::new();
    let mut path = "/v1/orders?limit=10".to_owned();
    loop {
        let page = shop.get(&path).await.is(200);
        seen.extend(ids(&page));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/orders?limit=10&cursor={next}");
    }
    assert_eq!(seen.len(), 25);
    assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 25);

    let sent = shop.get("/v1/orders?status=sent&phone=%2B34600000000").await.is(200);
    assert_eq!(ids(&sent), ["o0", "o10", "o20"]);
    let none = shop.get("/v1/orders?updated_since=2200-01-01T00:00:00Z").await.is(200);
    assert_eq!((ids(&none), &none["next"]), (vec![], &Value::Null));
}

#[tokio::test]
async fn changes_are_told_to_the_feed_once() {
    let app = App::start().await;
    let shop = app.shop().await;
    let mut feed = app.feed.watch();
    for _ in 0..2 {
        shop.put("/v1/orders/A", body(5, "sent")).await;
    }
    shop.put("/v1/orders/A", body(4, "late")).await.is(200);
    shop.delete("/v1/orders/A?version=6").await.is(200);
    shop.delete("/v1/orders/A?version=6").await.is(200);
    let mut told = Vec::new();
    while let Ok(notice) = feed.try_recv() {
        assert_eq!(notice.kind.as_str(), "order.changed");
        told.push((notice.data["version"].clone(), notice.data["deleted"].clone()));
    }
    assert_eq!(told, [(json!(5), json!(false)), (json!(6), json!(true))]);
}

#[tokio::test]
async fn readers_do_not_write_and_writers_do_not_read() {
    let app = App::start().await;
    let reader = app.actor(&[Scope::OrdersRead]).await;
    let writer = app.actor(&[Scope::OrdersWrite]).await;
    reader.put("/v1/orders/A", body(1, "sent")).await.is_problem(403, "forbidden");
    reader.delete("/v1/orders/A").await.is_problem(403, "forbidden");
    writer.get("/v1/orders/A").await.is_problem(403, "forbidden");
    writer.get("/v1/orders").await.is_problem(403, "forbidden");
    writer.put("/v1/orders/A", body(1, "sent")).await.is(201);
    reader.get("/v1/orders/A").await.is(200);
}
