//! Where Asterisk's manager is and how to greet it: the configuration, checked once.

use std::{path::Path, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio_rustls::TlsConnector;

use super::AmiError;
use crate::{
    config::{AmiConfig, Secret},
    tasks::Backoff,
};

/// A checked `[ami]` table.
pub(super) struct Site {
    pub host: String,
    pub port: u16,
    /// None: in the clear.
    pub tls: Option<(TlsConnector, ServerName<'static>)>,
    pub user: String,
    pub password: Secret,
    pub connect_timeout: Duration,
    pub action_timeout: Duration,
    pub heartbeat: Duration,
    pub backoff: Backoff,
}

impl Site {
    pub(super) fn new(config: &AmiConfig) -> Result<Self, AmiError> {
        let (host, port) = config.host_and_port().ok_or_else(|| {
            AmiError::Config(format!("ami.address = {:?}: write it as host:port", config.address))
        })?;
        let password = config.password.clone().ok_or_else(|| {
            AmiError::Config("set ami.password, ami.password_file or the credential ami-password".to_owned())
        })?;
        let tls = if config.tls { Some(tls(host, config.ca_file.as_deref())?) } else { None };
        Ok(Self {
            host: host.to_owned(),
            port,
            tls,
            user: config.user.clone(),
            password,
            connect_timeout: Duration::from_millis(config.connect_timeout_ms),
            action_timeout: Duration::from_millis(config.action_timeout_ms),
            heartbeat: Duration::from_secs(config.heartbeat_secs),
            backoff: Backoff::new("ami", config.backoff_min_ms, config.backoff_max_ms)
                .map_err(AmiError::Config)?,
        })
    }
}

fn tls(host: &str, ca_file: Option<&Path>) -> Result<(TlsConnector, ServerName<'static>), AmiError> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = ca_file {
        let wrong = |error: &dyn std::fmt::Display| {
            AmiError::Config(format!("ami.ca_file = {:?}: {error}", file.display()))
        };
        let all = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        for certificate in all.map_err(|error| wrong(&error))? {
            roots.add(certificate).map_err(|error| wrong(&error))?;
        }
        if roots.is_empty() {
            return Err(wrong(&"holds no certificate in PEM form"));
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let name = ServerName::try_from(host.to_owned())
        .map_err(|error| AmiError::Config(format!("ami.address: {error}")))?;
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| AmiError::Config(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok((TlsConnector::from(Arc::new(config)), name))
}
