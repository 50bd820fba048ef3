//! The listener: where it opens, with TLS, and how it ends.

use std::{fs, net::SocketAddr, sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use serde_json::json;
use stasisd::{
    config::{Config, TlsConfig},
    directory::{Contacts, Notes},
    feed::Feed,
    http::{self, HttpError, Rooms, RoutingDefaults},
    people::{AbsenceFeeds, People},
    routing::Routing,
    storage::Store,
    timetable::{Highs, Timetables},
    web::Web,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_util::sync::CancellationToken;

use crate::{
    app::{App, Here, Setup},
    pretend::Pretend,
};

async fn refusal(setup: &Setup) -> HttpError {
    let store = Store::open(&setup.storage).await.unwrap();
    let config = Config::defaults().unwrap();
    let people = People::new(store.clone(), Feed::new());
    let rooms = Rooms {
        contacts: Contacts::new(store.clone(), &setup.lookup, None).unwrap(),
        routing: Routing::new(store.clone(), &config).unwrap(),
        timetables: Timetables::new(
            store.clone(),
            Feed::new(),
            &config,
            Arc::new(Here(people.clone())),
            Arc::new(Highs::default()),
        ),
        absence_feeds: AbsenceFeeds::new(people.clone(), Web::new().unwrap(), &config),
        people,
        routing_defaults: RoutingDefaults::new(&config),
        notes: Notes::new(store.clone(), Feed::new(), &setup.notes),
        time_zone: jiff::tz::TimeZone::UTC,
        store,
        feed: Feed::new(),
        control: Arc::new(Pretend::default()),
        country: None,
        default_ttl: None,
    };
    http::serve(&setup.http, rooms, CancellationToken::new()).await.err().expect("refused")
}

#[tokio::test]
async fn a_public_address_needs_tls_or_a_word() {
    for public in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8790", "[::ffff:10.0.0.1]:1"] {
        let mut setup = Setup::default();
        setup.http.listen = public.parse().unwrap();
        let error = refusal(&setup).await;
        assert!(matches!(error, HttpError::Public(_)), "{error}");
        let text = error.to_string();
        assert!(text.contains("http.tls.certificate") && text.contains("insecure_public"), "{text}");
    }
    let mut setup = Setup::default();
    setup.http.listen = "0.0.0.0:0".parse().unwrap();
    setup.http.insecure_public = true;
    let app = App::with(setup).await;
    let mut here = app.stranger();
    here.address = SocketAddr::from(([127, 0, 0, 1], app.address.port()));
    assert_eq!(here.get("/health/live").await.status, 200);
}

#[tokio::test]
async fn a_taken_address_and_a_bad_certificate_are_said() {
    let app = App::start().await;
    let mut setup = Setup::default();
    setup.http.listen = app.address;
    let error = refusal(&setup).await;
    assert!(error.to_string().contains(&app.address.to_string()), "{error}");

    let mut setup = Setup::default();
    let file = setup.directory.path().join("none.pem");
    setup.http.tls = Some(TlsConfig { certificate: file.clone(), key: file });
    let error = refusal(&setup).await;
    assert!(error.to_string().contains("none.pem"), "{error}");
}

#[tokio::test]
async fn tls_is_spoken() {
    let mut setup = Setup::default();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (certificate, key) = (setup.directory.path().join("c.pem"), setup.directory.path().join("k.pem"));
    fs::write(&certificate, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    setup.http.tls = Some(TlsConfig { certificate, key });
    let app = App::with(setup).await;
    let token = app.shop().await.token.unwrap();

    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(roots).with_no_client_auth();
    let stream = TcpStream::connect(app.address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
    let request = format!(
        "GET /v1/orders HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"items\":[]"), "{answer}");

    let plain = app.stranger().raw(b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(!plain.contains("alive"), "{plain}");
}

#[tokio::test]
async fn requests_in_work_are_finished_at_the_end() {
    let mut app = App::start().await;
    let shop = app.shop().await;
    let token = shop.token.as_deref().unwrap();
    let body = json!({"phones": [], "status": "s", "version": 1}).to_string();
    let mut stream = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "PUT /v1/orders/A HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\nexpect: 100-continue\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut go = [0; 25];
    stream.read_exact(&mut go).await.unwrap();
    assert!(go.starts_with(b"HTTP/1.1 100 "), "the handler waits for the body now");
    // An idle connection must not hold it up.
    let _idle = TcpStream::connect(app.address).await.unwrap();

    app.shutdown.cancel();
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    timeout(Duration::from_secs(10), &mut app.served).await.expect("it ends").unwrap();
    assert!(TcpStream::connect(app.address).await.is_err(), "nobody listens any more");
    assert!(app.store.order(&"A".into()).await.unwrap().is_some());
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_off_at_the_end() {
    let mut setup = Setup::default();
    setup.http.request_timeout_ms = 300;
    let mut app = App::with(setup).await;
    let mut stuck = TcpStream::connect(app.address).await.unwrap();
    stuck.write_all(b"GET /health/live HTTP/1.1\r\nhost:").await.unwrap();
    assert_eq!(app.stranger().get("/health/live").await.status, 200);
    app.shutdown.cancel();
    timeout(Duration::from_secs(10), &mut app.served).await.expect("it ends").unwrap();
    let mut rest = Vec::new();
    let _ = timeout(Duration::from_secs(10), stuck.read_to_end(&mut rest)).await.expect("it is closed");
}

#[tokio::test]
async fn a_head_that_trickles_in_is_given_up() {
    let mut setup = Setup::default();
    setup.http.request_timeout_ms = 300;
    let app = App::with(setup).await;
    let whole = &b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n"[..];
    // Nothing, a piece, and nothing after a whole request.
    for (sent, answers) in [(&b""[..], 0), (&whole[..20], 0), (whole, 1)] {
        let mut slow = TcpStream::connect(app.address).await.unwrap();
        slow.write_all(sent).await.unwrap();
        let mut answer = Vec::new();
        let closed = timeout(Duration::from_secs(20), slow.read_to_end(&mut answer)).await;
        assert!(closed.is_ok(), "it is still open after {sent:?}");
        assert_eq!(String::from_utf8_lossy(&answer).matches("alive").count(), answers);
    }
}
