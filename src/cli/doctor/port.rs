//! The control port: free, or held by a daemon of ours.

use std::{
    io::{self, ErrorKind},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

use super::finding::Finding;
use crate::config::HttpConfig;

const NAME: &str = "control port";

/// How long whoever holds the port may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What was found.
pub(super) struct Port {
    pub(super) finding: Finding,
    /// A daemon of ours answers there.
    pub(super) is_daemon: bool,
}

pub(super) async fn look(http: &HttpConfig) -> Port {
    let address = http.listen;
    match TcpListener::bind(address).await {
        Ok(_) => no_daemon(Finding::ok(NAME, format!("{address} is free"))),
        Err(error) if error.kind() == ErrorKind::AddrInUse => held(http).await,
        Err(error) => {
            let mend = "name an address of this machine in http.listen, and a port above 1023";
            no_daemon(Finding::failed(NAME, format!("{address}: {error}"), mend))
        }
    }
}

fn no_daemon(finding: Finding) -> Port {
    Port { finding, is_daemon: false }
}

async fn held(http: &HttpConfig) -> Port {
    let address = http.listen;
    if http.tls.is_some() {
        let seen =
            format!("{address} is in use, by the daemon if it runs: through TLS that is not looked at");
        return Port { finding: Finding::ok(NAME, seen), is_daemon: true };
    }
    if matches!(timeout(PATIENCE, is_alive(http)).await, Ok(Ok(true))) {
        return Port {
            finding: Finding::ok(NAME, format!("a daemon answers at {address}")),
            is_daemon: true,
        };
    }
    let seen = format!("{address} is in use by another program");
    no_daemon(Finding::failed(
        NAME,
        seen,
        "choose another http.listen, or stop that program (ss -lntp shows it)",
    ))
}

/// Whether `/health/live` is answered with 200.
async fn is_alive(http: &HttpConfig) -> io::Result<bool> {
    let mut stream = TcpStream::connect(http.listen).await?;
    stream.write_all(b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.") && answer.ends_with(b" 200"))
}
