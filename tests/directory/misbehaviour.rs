//! Endpoints that do not do as they should: the caller never waits longer than the timeout, and the store's
//! orders are told whatever the endpoint does.

use std::time::Duration;

use stasisd::{
    directory::{DirectoryError, Orders, SourceError},
    model::Order,
};
use tokio::time::timeout;

use crate::{
    base::{House, caller, known, names, now},
    endpoint::{Answer, Endpoint, orders, response},
};

async fn find(directory: &Orders) -> Result<Vec<Order>, DirectoryError> {
    let caller = caller();
    let found = timeout(Duration::from_secs(20), directory.find(&caller, now()));
    found.await.expect("a lookup ends by itself")
}

/// What a lookup says of an endpoint that answers so, when the store knows nothing; and that the store's
/// orders are told all the same.
async fn complaint(answer: Answer, timeout_ms: u64) -> SourceError {
    let endpoint = Endpoint::start([answer]).await;
    let mut house = House::with_source(endpoint.url()).await;
    house.source.timeout_ms = timeout_ms;
    let error = find(&house.orders()).await.expect_err("nothing is known");
    house.put("ours", 1, "packed").await;
    let found = find(&house.orders()).await.expect("the store's");
    assert_eq!(names(found), known([("ours", "packed")]));
    assert_eq!(endpoint.requests().len(), 2);
    match error {
        DirectoryError::Source(error) => error,
        other => panic!("{other}"),
    }
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n";

#[tokio::test]
async fn hangs() {
    assert_eq!(complaint(Answer::Hang(Vec::new()), 100).await, SourceError::Timeout);
}

#[tokio::test]
async fn hangs_in_the_middle_of_its_answer() {
    assert_eq!(complaint(Answer::Hang(HEAD.to_vec()), 100).await, SourceError::Timeout);
}

#[tokio::test]
async fn breaks_off() {
    let error = complaint(Answer::Bytes([HEAD, b"{\"orders\": ["].concat()), 5_000).await;
    assert!(matches!(error, SourceError::Connection(_)), "{error}");
}

#[tokio::test]
async fn closes_at_once() {
    let error = complaint(Answer::Bytes(Vec::new()), 5_000).await;
    assert!(matches!(error, SourceError::Connection(_)), "{error}");
}

#[tokio::test]
async fn says_html() {
    let error = complaint(response("200 OK", "<html><body>Maintenance</body></html>"), 5_000).await;
    assert!(matches!(error, SourceError::Body(_)), "{error}");
}

#[tokio::test]
async fn says_no_http() {
    let error = complaint(Answer::Bytes(b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()), 5_000).await;
    assert!(matches!(error, SourceError::Connection(_)), "{error}");
}

#[tokio::test]
async fn says_ten_megabytes() {
    let large = format!(r#"[{{"id": "A", "status": "sent", "facts": {{"x": "{}"}}}}]"#, "x".repeat(10 << 20));
    assert_eq!(complaint(response("200 OK", &large), 10_000).await, SourceError::TooLarge);
}

#[tokio::test]
async fn says_more_and_more_without_a_length() {
    let head = b"HTTP/1.1 200 OK\r\n\r\n[".to_vec();
    assert_eq!(complaint(Answer::Endless(head, vec![b' '; 65_536]), 10_000).await, SourceError::TooLarge);
}

#[tokio::test]
async fn sends_headers_for_ever() {
    let head = b"HTTP/1.1 200 OK\r\n".to_vec();
    let error = complaint(Answer::Endless(head, b"x-more: and more\r\n".repeat(100)), 10_000).await;
    assert!(matches!(error, SourceError::Connection(_)), "{error}");
}

#[tokio::test]
async fn fails_inside() {
    assert_eq!(complaint(response("500 Oops", "{}"), 5_000).await, SourceError::Status(500));
    assert_eq!(complaint(response("404 Not Found", "[]"), 5_000).await, SourceError::Status(404));
}

#[tokio::test]
async fn redirects_and_is_not_followed() {
    let elsewhere = Endpoint::start([orders(r#"[{"id": "A-1", "status": "sent"}]"#)]).await;
    let location =
        format!("HTTP/1.1 302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", elsewhere.url());
    assert_eq!(complaint(Answer::Bytes(location.into_bytes()), 5_000).await, SourceError::Status(302));
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

#[tokio::test]
async fn is_not_there() {
    let house = House::with_source("http://127.0.0.1:1/".to_owned()).await;
    let error = find(&house.orders()).await.expect_err("nothing is known");
    assert!(error.to_string().contains("refused"), "{error}");
}

#[tokio::test]
async fn is_left_alone_after_failures_and_asked_again_later() {
    let oops = response("500 Oops", "");
    let good = orders(r#"[{"id": "A-1", "status": "sent"}]"#);
    let endpoint = Endpoint::start([oops.clone(), oops.clone(), oops, good]).await;
    let mut house = House::with_source(endpoint.url()).await;
    let directory = house.orders();
    for _ in 0..3 {
        assert_eq!(find(&directory).await, Err(DirectoryError::Source(SourceError::Status(500))));
    }
    for _ in 0..5 {
        assert_eq!(find(&directory).await, Err(DirectoryError::Source(SourceError::Open)));
    }
    assert_eq!(endpoint.requests().len(), 3);
    // The same with a circuit that lets one try at once.
    house.source.breaker_open_secs = 0;
    let oops = response("500 Oops", "");
    let good = orders(r#"[{"id": "A-1", "status": "sent"}]"#);
    let endpoint = Endpoint::start([oops.clone(), oops.clone(), oops.clone(), oops, good]).await;
    house.source.url = endpoint.url();
    let directory = house.orders();
    for _ in 0..4 {
        assert_eq!(find(&directory).await, Err(DirectoryError::Source(SourceError::Status(500))));
    }
    assert_eq!(find(&directory).await.map(names), Ok(known([("A-1", "sent")])));
}

#[tokio::test]
async fn a_caller_who_hangs_up_leaves_no_trace() {
    let endpoint =
        Endpoint::start([Answer::Hang(Vec::new()), orders(r#"[{"id": "A-1", "status": "sent"}]"#)]).await;
    let house = House::with_source(endpoint.url()).await;
    let directory = house.orders();
    let gone = timeout(Duration::from_millis(50), directory.find(&caller(), now())).await;
    assert!(gone.is_err(), "it hangs");
    assert_eq!(find(&directory).await.map(names), Ok(known([("A-1", "sent")])));
}
