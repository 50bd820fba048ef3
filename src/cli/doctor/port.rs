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

/// How long whoever holds the port may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

pub(super) async fn look(http: &HttpConfig) -> Finding {
    let address = http.listen;
    match TcpListener::bind(address).await {
        Ok(_) => Finding::ok("control port", format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => held(http).await,
        Err(error) => Finding::failed(
            "control port",
            format!("{address}: {error}"),
            "name an address of this machine in http.listen, and a port above 1023",
        ),
    }
}

async fn held(http: &HttpConfig) -> Finding {
    let address = http.listen;
    if http.tls.is_some() {
        let seen = format!("{address} is in use; whether by a daemon of ours cannot be seen through TLS");
        return Finding::doubtful(
            "control port",
            seen,
            "if the daemon is not running, choose another http.listen",
        );
    }
    match timeout(PATIENCE, is_alive(http)).await {
        Ok(Ok(true)) => Finding::ok("control port", format!("a daemon answers at {address}")),
        _ => Finding::failed(
            "control port",
            format!("{address} is in use by another program"),
            "choose another http.listen, or stop that program (ss -lntp shows it)",
        ),
    }
}

/// Whether `/health/live` is answered with 200.
async fn is_alive(http: &HttpConfig) -> io::Result<bool> {
    let mut stream = TcpStream::connect(http.listen).await?;
    stream.write_all(b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n").await?;
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await?;
    Ok(answer.starts_with(b"HTTP/1.") && answer.ends_with(b" 200"))
}
