//! Why the control port does not open.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why the control port does not open.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// A public address without TLS: tokens would cross the net in the clear.
    #[error(
        "http.listen = \"{0}\" is not a loopback address and [http.tls] is not set: tokens and phone numbers \
         would cross the network unencrypted; set http.tls.certificate and http.tls.key, or listen on \
         127.0.0.1, or, behind a proxy that encrypts, set http.insecure_public = true"
    )]
    Public(SocketAddr),
    /// The address is taken or is not this machine's.
    #[error("cannot listen on http.listen = \"{address}\": {error}")]
    Bind {
        /// Which.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
    /// The certificate or the key cannot be used.
    #[error("{}: {why}", file.display())]
    Tls {
        /// `http.tls.certificate` or `http.tls.key`.
        file: PathBuf,
        /// Why.
        why: String,
    },
}
