//! TLS with a certificate that may be renewed while the daemon runs.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio_rustls::TlsAcceptor;

use super::{clock, error::HttpError};
use crate::config::TlsConfig;

/// The files are looked at this often at most.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// The acceptor in force, read again when its files have changed.
#[derive(Clone)]
pub(super) struct Tls {
    files: TlsConfig,
    held: Arc<Mutex<Held>>,
}

struct Held {
    acceptor: TlsAcceptor,
    changed: Changed,
    looked_at: Instant,
}

/// When the files were written last.
type Changed = (Option<SystemTime>, Option<SystemTime>);

/// Whether the certificate and its key can be read and belong together.
///
/// # Errors
/// Which file is wrong, and why.
pub fn check_tls(files: &TlsConfig) -> Result<(), HttpError> {
    read(files).map(drop)
}

impl Tls {
    pub(super) fn load(files: &TlsConfig) -> Result<Self, HttpError> {
        let held = Held { acceptor: read(files)?, changed: changed(files), looked_at: clock::instant() };
        Ok(Self { files: files.clone(), held: Arc::new(Mutex::new(held)) })
    }

    /// The acceptor for the next connection. Files that are broken leave the old certificate in force.
    pub(super) fn acceptor(&self) -> TlsAcceptor {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.looked_at.elapsed() >= LOOK_EVERY {
            held.looked_at = clock::instant();
            self.refresh(&mut held);
        }
        held.acceptor.clone()
    }

    fn refresh(&self, held: &mut Held) {
        let changed = changed(&self.files);
        if changed == held.changed {
            return;
        }
        match read(&self.files) {
            Ok(acceptor) => {
                held.acceptor = acceptor;
                held.changed = changed;
                tracing::info!("the control port's certificate was read again");
            }
            // Tried again next time: the second of the two files may just be on its way.
            Err(error) => tracing::error!(%error, "the control port's old certificate stays in force"),
        }
    }
}

fn changed(files: &TlsConfig) -> Changed {
    let written = |file: &Path| std::fs::metadata(file).and_then(|m| m.modified()).ok();
    (written(&files.certificate), written(&files.key))
}

fn read(files: &TlsConfig) -> Result<TlsAcceptor, HttpError> {
    let wrong = |file: &Path, why: String| HttpError::Tls { file: file.to_owned(), why };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|e| wrong(&files.certificate, e.to_string()))?;
    if chain.is_empty() {
        return Err(wrong(&files.certificate, "no certificate in it (PEM is expected)".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|e| wrong(&files.key, e.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|e| wrong(&files.certificate, e.to_string()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(directory: &Path) -> TlsConfig {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let files = TlsConfig { certificate: directory.join("cert.pem"), key: directory.join("key.pem") };
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        files
    }

    #[test]
    fn a_renewed_certificate_is_taken_and_a_broken_one_is_not() {
        let directory = std::env::temp_dir().join(format!("stasisd-tls-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir(&directory).unwrap();
        let tls = Tls::load(&write(&directory)).unwrap();
        let held = |tls: &Tls| Arc::as_ptr(tls.held.lock().unwrap().acceptor.config());
        let refresh = |tls: &Tls| tls.refresh(&mut tls.held.lock().unwrap());
        let first = held(&tls);
        refresh(&tls);
        assert_eq!(held(&tls), first, "nothing changed");

        std::fs::write(&tls.files.certificate, "garbage").unwrap();
        refresh(&tls);
        assert_eq!(held(&tls), first, "the old one stays");

        write(&directory);
        refresh(&tls);
        assert_ne!(held(&tls), first);
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn missing_and_empty_files_are_named() {
        let missing = TlsConfig { certificate: "/nonexistent/cert.pem".into(), key: "/dev/null".into() };
        let error = Tls::load(&missing).err().unwrap().to_string();
        assert!(error.contains("/nonexistent/cert.pem"), "{error}");
        let empty = TlsConfig { certificate: "/dev/null".into(), key: "/dev/null".into() };
        assert!(Tls::load(&empty).err().unwrap().to_string().contains("no certificate"));
    }
}
