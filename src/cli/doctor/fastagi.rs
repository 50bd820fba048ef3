//! The FastAGI port: free, or held by a daemon of ours that answers.

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
use crate::config::FastAgiConfig;

const NAME: &str = "fastagi";

/// How long whoever holds the port may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What only a daemon of ours says to a script that it does not have.
const OURS: &[u8] = b"SET VARIABLE STASISD_ERROR";

/// `is_running`: a daemon of ours holds the control port, so it should hold this one too.
pub(super) async fn look(config: &FastAgiConfig, is_running: bool) -> Finding {
    let address = config.listen;
    if !config.enabled {
        return Finding::ok(NAME, "off: fastagi.enabled");
    }
    match TcpListener::bind(address).await {
        // A port of 0 is another one each time.
        Ok(_) if is_running && address.port() != 0 => {
            let mend = "read the daemon's log: it says why it does not listen";
            Finding::failed(NAME, format!("the daemon runs, and nobody listens at {address}"), mend)
        }
        Ok(_) => Finding::ok(NAME, format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => held(config).await,
        Err(error) => {
            let mend = "name an address of this machine in fastagi.listen, and a port above 1023";
            Finding::failed(NAME, format!("{address}: {error}"), mend)
        }
    }
}

async fn held(config: &FastAgiConfig) -> Finding {
    let address = config.listen;
    match timeout(PATIENCE, is_ours(config)).await {
        Ok(Ok(true)) => Finding::ok(NAME, format!("a daemon answers at {address}")),
        // It hung up unheard, as it does to strangers.
        Ok(Ok(false)) if !config.allows(address.ip()) => {
            Finding::ok(NAME, format!("{address} is in use; this machine itself is not in fastagi.sources"))
        }
        _ => {
            let mend = "choose another fastagi.listen, or stop that program (ss -lntp shows it)";
            Finding::failed(NAME, format!("{address} is in use by another program"), mend)
        }
    }
}

/// Asks for a script that no daemon has.
async fn is_ours(config: &FastAgiConfig) -> io::Result<bool> {
    let mut stream = TcpStream::connect(config.listen).await?;
    stream.write_all(b"agi_network: yes\nagi_network_script: doctor\n\n").await?;
    let mut said = Vec::new();
    while said.len() < OURS.len() && stream.read_buf(&mut said).await? > 0 {}
    Ok(said.starts_with(OURS))
}
