//! What needs no token: health, metrics on the machine itself, the API's description.

use std::sync::atomic::Ordering;

use hyper::Method;
use stasisd::http::Scope;

use crate::app::App;

#[tokio::test]
async fn health_tells_what_is_wrong() {
    let app = App::start().await;
    let probe = app.stranger();
    assert_eq!(probe.get("/health/live").await.text(), "alive\n");
    assert_eq!(probe.get("/health/ready").await.is(200)["status"], "ready");
    app.control.is_sick.store(true, Ordering::Relaxed);
    assert_eq!(probe.get("/health/live").await.text(), "alive\n");
    let sick = probe.get("/health/ready").await.is(503);
    assert_eq!(sick["status"], "not_ready");
    assert_eq!((&sick["checks"][0]["name"], &sick["checks"][0]["ok"]), (&"asterisk".into(), &false.into()));
    assert_eq!(sick["checks"][0]["detail"], "connection refused");
}

#[tokio::test]
async fn metrics_are_open_here_and_closed_to_others() {
    let app = App::start().await;
    let here = app.stranger();
    let answer = here.get("/metrics").await;
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert!(answer.text().contains("stasisd_calls_live 0"));
    for header in ["forwarded", "x-forwarded-for", "x-real-ip", "via"] {
        here.with(header, "203.0.113.7").get("/metrics").await.is_problem(401, "unauthorized");
    }
    let reader = app.actor(&[Scope::MetricsRead]).await.with("x-forwarded-for", "203.0.113.7");
    assert_eq!(reader.get("/metrics").await.status, 200);
    let other = app.actor(&[Scope::OrdersRead]).await.with("x-forwarded-for", "203.0.113.7");
    other.get("/metrics").await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn the_description_can_be_read() {
    let app = App::start().await;
    let reader = app.stranger();
    let spec = reader.get("/openapi.json").await.is(200);
    assert!(spec["paths"]["/v1/orders/{id}"]["put"].is_object());
    let page = reader.get("/docs").await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    let text = page.text();
    assert!(text.contains("/v1/orders/{id}") && text.contains("id=\"version_conflict\""));
    assert!(!text.contains("http://") && !text.contains("https://"), "nothing from other hosts");
    let style = reader.get("/docs/style.css").await;
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let app = App::start().await;
    let shop = app.shop().await;
    for path in ["/", "/v1", "/v1/", "/v1/orders/", "/v2/orders", "/v1/orders/a/b", "/docs/"] {
        shop.get(path).await.is_problem(404, "unknown_path");
    }
    let cases = [
        (Method::PATCH, "/v1/orders/A", "DELETE,GET,HEAD,PUT"),
        (Method::POST, "/v1/orders", "GET,HEAD"),
        (Method::GET, "/v1/flows/reload", "POST"),
        (Method::DELETE, "/health/live", "GET,HEAD"),
        (Method::from_bytes(b"BREW").unwrap(), "/docs", "GET,HEAD"),
    ];
    for (method, path, allow) in cases {
        let answer = shop.send(method, path, "".into()).await;
        answer.is_problem(405, "method_not_allowed");
        let mut allowed: Vec<_> = answer.header("allow").unwrap().split(',').collect();
        allowed.sort_unstable();
        assert_eq!(allowed.join(","), allow, "{path}");
    }
}

#[tokio::test]
async fn head_is_get_without_its_body() {
    let app = App::start().await;
    let shop = app.shop().await;
    for path in ["/v1/orders", "/v1/orders/none", "/docs", "/openapi.json", "/health/ready", "/nothing"] {
        let get = shop.get(path).await;
        let head = shop.send(Method::HEAD, path, "".into()).await;
        assert_eq!((head.status, head.bytes.len()), (get.status, 0), "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
    }
}

#[tokio::test]
async fn a_request_has_an_id() {
    let app = App::start().await;
    let probe = app.stranger();
    let made = probe.get("/health/live").await;
    assert!(uuid::Uuid::try_parse(made.header("x-request-id").unwrap()).is_ok());
    let named = probe.with("x-request-id", "trace-1.a_B").get("/nothing").await;
    assert_eq!(named.is_problem(404, "unknown_path")["instance"], "trace-1.a_B");
    for bad in ["", "a b", "<script>", &"x".repeat(65)] {
        let answer = probe.with("x-request-id", bad).get("/health/live").await;
        assert_ne!(answer.header("x-request-id"), Some(bad));
    }
}
