//! `https` and `wss`: a certificate that is known, and one that is not.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use stasisd::{
    ari::{AriError, Wire, connect},
    config::AriConfig,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use crate::{fake_asterisk::Fake, listener::within};

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name)
}

/// Speaks TLS before `fake`. Gives its address.
async fn secured(fake: &Fake) -> String {
    let certificate = CertificateDer::from_pem_file(fixture("certificate.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(fixture("key.pem")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a pair");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("https://{}", listener.local_addr().expect("an address"));
    let behind = fake.address();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that does not trust us ends the handshake.
                let Ok(mut near) = acceptor.accept(socket).await else { return };
                let mut far = TcpStream::connect(behind).await.expect("the pretend Asterisk");
                let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn both_ways_work_with_a_known_authority() {
    let fake = Fake::start().await;
    let config =
        AriConfig { url: secured(&fake).await, ca_file: Some(fixture("certificate.pem")), ..fake.config() };
    let shutdown = CancellationToken::new();
    let (client, mut wire, _) = connect(&config, shutdown.clone()).expect("a good configuration");
    let up = within(wire.recv()).await;
    assert!(matches!(&up, Some(Wire::Up(hello)) if hello.rest_over_websocket), "{up:?}");
    within(client.ping()).await.expect("over the websocket");
    within(client.channels()).await.expect("by HTTP");
    shutdown.cancel();
}

#[tokio::test]
async fn an_unknown_authority_is_refused() {
    let fake = Fake::start().await;
    let config =
        AriConfig { url: secured(&fake).await, ca_file: Some(fixture("other.pem")), ..fake.config() };
    let shutdown = CancellationToken::new();
    let (_client, mut wire, _) = connect(&config, shutdown.clone()).expect("a good configuration");
    let down = within(wire.recv()).await;
    assert!(matches!(&down, Some(Wire::Down { why }) if why.contains("certificate")), "{down:?}");
    assert!(fake.world().seen.is_empty(), "nothing was said, least of all the password");
    shutdown.cancel();
}

#[tokio::test]
async fn an_authority_file_that_is_none_is_named() {
    let fake = Fake::start().await;
    for file in ["key.pem", "nowhere.pem"] {
        let config = AriConfig {
            url: "https://127.0.0.1:1".to_owned(),
            ca_file: Some(fixture(file)),
            ..fake.config()
        };
        let error = connect(&config, CancellationToken::new()).err();
        assert!(matches!(&error, Some(AriError::Config(why)) if why.contains(file)), "{error:?}");
    }
}
