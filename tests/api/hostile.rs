//! Bodies, heads and names that mean harm.

use std::time::Duration;

use hyper::Method;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::app::{App, Setup};

const PATH: &str = "/v1/orders/A";

#[tokio::test]
async fn ten_megabytes_of_json_are_refused_and_the_port_lives() {
    let app = App::start().await;
    let shop = app.shop().await;
    let facts = "x".repeat(10 * 1024 * 1024);
    let body = json!({"phones": [], "status": "s", "version": 1, "facts": {"x": facts}});
    shop.put(PATH, body).await.is_problem(413, "body_too_large");
    shop.get(PATH).await.is_problem(404, "not_found");
    let fits = json!({"phones": [], "status": "s", "version": 1, "facts": {"x": "x".repeat(200 * 1024)}});
    shop.put(PATH, fits).await.is(201);
}

#[tokio::test]
async fn a_chunked_body_without_end_is_refused_too() {
    let app = App::start().await;
    let shop = app.shop().await;
    let token = shop.token.as_deref().unwrap();
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "PUT {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("1000\r\n{}\r\n", "[".repeat(0x1000));
    for _ in 0..70 {
        // Once it has been refused, it may be closed.
        if stream.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 4096];
    let read = stream.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..read]);
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.contains("body_too_large"), "{answer}");
}

#[tokio::test]
async fn a_sender_who_asks_first_is_not_asked_to_send() {
    let app = App::start().await;
    let shop = app.shop().await;
    let token = shop.token.as_deref().unwrap();
    let request = format!(
        "PUT {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\ncontent-length: 99999999999\r\n\r\n"
    );
    let answer = timeout(Duration::from_secs(10), shop.raw(request.as_bytes())).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
}

#[tokio::test]
async fn deep_and_broken_json_is_refused() {
    let app = App::start().await;
    let shop = app.shop().await;
    let nested = |depth: usize| {
        let facts = "{\"x\":".repeat(depth) + "1" + &"}".repeat(depth);
        format!("{{\"phones\":[],\"status\":\"s\",\"version\":1,\"facts\":{facts}}}")
    };
    let cases = [
        "[".repeat(100_000),
        nested(40_000),
        nested(200),
        "{\"phones\":[],\"status\":\"s\",\"version\":1".to_owned(),
        "{\"phones\":[],\"status\":\"s\",\"version\":1} {}".to_owned(),
        "{\"phones\":[],\"status\":\"s\",\"version\":1,\"version\":2}".to_owned(),
        "{\"phones\":[],\"status\":\"\\ud800\",\"version\":1}".to_owned(),
        "{\"phones\":[],\"status\":\"s\",\"version\":1e400}".to_owned(),
        String::new(),
        "null".to_owned(),
        "\u{feff}{}".to_owned(),
    ];
    for body in cases {
        let answer = shop.json(Method::PUT, PATH, body.clone()).await;
        assert!([400, 422].contains(&answer.status), "{body:.60} {answer:?}");
        answer
            .is_problem(answer.status, if answer.status == 400 { "malformed_json" } else { "invalid_field" });
    }
    let invalid = [&b"{\"phones\":[],\"status\":\"\xff\",\"version\":1}"[..], b"\xff\xfe{\0}\0"];
    for body in invalid {
        shop.json(Method::PUT, PATH, body).await.is_problem(400, "malformed_json");
    }
    shop.get(PATH).await.is_problem(404, "not_found");
    shop.json(Method::PUT, PATH, nested(50)).await.is(201);
}

#[tokio::test]
async fn a_body_must_say_that_it_is_json() {
    let app = App::start().await;
    let shop = app.shop().await;
    let body = "{\"phones\":[],\"status\":\"s\",\"version\":1}";
    shop.send(Method::PUT, PATH, body.into()).await.is_problem(415, "unsupported_media_type");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json"] {
        let sender = shop.with("content-type", kind);
        sender.send(Method::PUT, PATH, body.into()).await.is_problem(415, "unsupported_media_type");
    }
    let sender = shop.with("content-type", "Application/JSON; charset=utf-8");
    sender.send(Method::PUT, PATH, body.into()).await.is(201);
}

#[tokio::test]
async fn ids_and_paths_are_parsed() {
    let app = App::start().await;
    let shop = app.shop().await;
    let order = json!({"phones": [], "status": "s", "version": 1});
    for id in ["a%00b", "a%2fb", "..%2f..%2fx", "a%0d%0ab", "%e2%80%ae", "$%7bX%7d", "a'--", &"x".repeat(129)]
    {
        shop.put(&format!("/v1/orders/{id}"), order.clone()).await.blames("id");
    }
    shop.get("/v1/orders/%ff%fe").await.is_problem(400, "malformed_path");
    shop.get("/v1/orders?status=%ff").await.is(200);
    shop.get("/v1/orders?status=a%00b").await.is(200);
    shop.get("/v1/orders?status='%20OR%201=1%20--").await.is(200);
    shop.get("/v1/calls/%00").await.is_problem(403, "forbidden");
}

#[tokio::test]
async fn heads_are_bounded() {
    let app = App::start().await;
    let probe = app.stranger();
    let head =
        |lines: &str| format!("GET /health/live HTTP/1.1\r\nhost: x\r\n{lines}connection: close\r\n\r\n");
    let many = "x: y\r\n".repeat(500);
    let long = format!("x-long: {}\r\n", "y".repeat(100_000));
    for lines in [many, long] {
        let answer = probe.raw(head(&lines).as_bytes()).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");
    }
    for garbage in
        [&b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..], b"GET\0/ HTTP/1.1\r\n\r\n", b"\r\n\r\n\r\nx"]
    {
        let stream = TcpStream::connect(app.address).await.unwrap();
        let (mut read, mut write) = stream.into_split();
        write.write_all(garbage).await.unwrap();
        drop(write);
        let mut answer = Vec::new();
        let _ = read.read_to_end(&mut answer).await;
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 400 "), "{answer:?}");
    }
    assert_eq!(probe.get("/health/live").await.status, 200);
    let smuggled = "POST /v1/flows/reload HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\
                    transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    let answer = timeout(Duration::from_secs(30), probe.raw(smuggled.as_bytes())).await.unwrap();
    assert!(!answer.contains("alive"), "{answer}");
}

#[tokio::test]
async fn a_body_that_stops_coming_is_given_up() {
    let mut setup = Setup::default();
    setup.http.request_timeout_ms = 300;
    let app = App::with(setup).await;
    let shop = app.shop().await;
    let token = shop.token.as_deref().unwrap();
    let request = format!(
        "PUT {PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ncontent-length: 100\r\n\r\n{{\"phones\""
    );
    let answer = timeout(Duration::from_secs(20), shop.raw(request.as_bytes())).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("body_timeout"), "{answer}");
}
