//! The endpoint over TLS: with the authority that signed it, and not without.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    base::{House, caller, known, names, now},
    endpoint::{Endpoint, orders},
};

/// Made for these tests alone, valid for a hundred years; the authority's own key was thrown away.
fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/directory/tls").join(name)
}

fn acceptor() -> TlsAcceptor {
    let certificate = CertificateDer::from_pem_file(file("server.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(file("server.key")).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("TLS")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a pair");
    TlsAcceptor::from(Arc::new(config))
}

#[tokio::test]
async fn trusted_with_its_authority_only() {
    let answer = orders(r#"[{"id": "A-1", "status": "sent"}]"#);
    let endpoint = Endpoint::start_with([answer], Some(acceptor())).await;
    let mut house = House::with_source(format!("https://localhost:{}/", endpoint.address.port())).await;
    let error = house.orders().find(&caller(), now()).await.expect_err("an unknown authority");
    assert!(error.to_string().contains("certificate"), "{error}");
    house.source.ca_file = Some(file("ca.pem"));
    let found = house.orders().find(&caller(), now()).await.expect("found");
    assert_eq!(names(found), known([("A-1", "sent")]));
    assert_eq!(endpoint.requests().len(), 1);
}
