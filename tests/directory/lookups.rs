//! Lookups that work: what is asked, what is merged, what is kept.

use stasisd::{config::OrdersConfig, directory::Orders, model::PhoneNumber};

use crate::{
    base::{House, caller, known, names, now},
    endpoint::{Endpoint, orders, response},
};

#[tokio::test]
async fn asked_as_promised() {
    let endpoint =
        Endpoint::start([orders(r#"[{"id": "A-1", "status": "sent", "facts": {"eta": "15:40"}}]"#)]).await;
    let house = House::with_source(endpoint.url()).await;
    let found = house.orders().find(&caller(), now()).await.expect("found");
    assert_eq!(found[0].facts["eta"], "15:40");
    assert_eq!(found[0].phones, [caller()]);
    let requests = endpoint.requests();
    assert!(requests[0].starts_with("GET /orders?shop=1&phone=%2B34600000001 HTTP/1.1\r\n"), "{requests:?}");
    assert!(requests[0].contains("\r\nauthorization: Bearer s3cret\r\n"), "{requests:?}");
}

#[tokio::test]
async fn a_bare_list_will_do() {
    let endpoint = Endpoint::start([response("200 OK", r#"[{"id": "A-1", "status": "sent"}]"#)]).await;
    let house = House::with_source(endpoint.url()).await;
    let found = house.orders().find(&caller(), now()).await.expect("found");
    assert_eq!(names(found), known([("A-1", "sent")]));
}

#[tokio::test]
async fn store_and_endpoint_together() {
    let list = r#"[{"id": "both", "status": "old", "version": 1}, {"id": "theirs", "status": "sent"},
        {"id": "over", "status": "delivered"}, {"id": "past", "status": "sent", "expires_at": "2020-01-01T00:00:00Z"}]"#;
    let endpoint = Endpoint::start([orders(list)]).await;
    let house = House::with_source(endpoint.url()).await;
    house.put("both", 2, "new").await;
    house.put("ours", 1, "packed").await;
    house.put("done", 1, "delivered").await;
    let found = house.orders().find(&caller(), now()).await.expect("found");
    assert_eq!(names(found), known([("both", "new"), ("ours", "packed"), ("theirs", "sent")]));
}

#[tokio::test]
async fn without_a_source_the_store_answers() {
    let house = House::with_source(String::new()).await;
    house.put("ours", 1, "packed").await;
    let config = OrdersConfig { finished: Vec::new(), default_ttl_hours: 0, source: None };
    let directory = Orders::new(house.store.clone(), &config, None).expect("a directory");
    let found = directory.find(&caller(), now()).await.expect("found");
    assert_eq!(names(found), known([("ours", "packed")]));
    let stranger = PhoneNumber::parse("+34600000999", None).expect("a number");
    assert_eq!(directory.find(&stranger, now()).await, Ok(Vec::new()));
}

#[tokio::test]
async fn asked_once_for_a_while() {
    let endpoint = Endpoint::start([orders(r#"[{"id": "A-1", "status": "sent"}]"#), orders("[]")]).await;
    let mut house = House::with_source(endpoint.url()).await;
    let directory = house.orders();
    for _ in 0..3 {
        let found = directory.find(&caller(), now()).await.expect("found");
        assert_eq!(names(found), known([("A-1", "sent")]));
    }
    assert_eq!(endpoint.requests().len(), 1);
    let other = PhoneNumber::parse("+34600000002", None).expect("a number");
    assert_eq!(directory.find(&other, now()).await, Ok(Vec::new()));
    assert_eq!(endpoint.requests().len(), 2);
    house.source.cache_secs = 0;
    let directory = house.orders();
    for _ in 0..2 {
        directory.find(&caller(), now()).await.expect("found");
    }
    assert_eq!(endpoint.requests().len(), 4);
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let mut house = House::with_source("http://127.0.0.1:9/".to_owned()).await;
    let refused = |house: &House| {
        let source = Some(house.source.clone());
        let config = OrdersConfig { finished: Vec::new(), default_ttl_hours: 0, source };
        Orders::new(house.store.clone(), &config, None).map(|_| ()).expect_err("refused").to_string()
    };
    for url in ["", "orders", "ftp://shop/orders", "http://"] {
        house.source.url = url.to_owned();
        assert!(refused(&house).starts_with("orders.source.url: "), "{url}");
    }
    house.source.url = "https://shop/orders".to_owned();
    house.source.ca_file = Some("/nowhere/ca.pem".into());
    assert!(refused(&house).contains("/nowhere/ca.pem"));
    house.source.ca_file = Some("/dev/null".into());
    assert!(refused(&house).contains("no certificate"));
    house.source.ca_file = None;
    house.source.token = Some("a\nb".into());
    assert!(refused(&house).starts_with("orders.source.token: "));
}
