//! Sending somebody away with a word, and without waiting for them.

use std::time::Duration;

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::timeout,
};

use crate::agi::Command;

/// How long they may take to go.
const PATIENCE: Duration = Duration::from_secs(1);
/// Bytes that are read over meanwhile.
const MOST_BYTES: u64 = 1 << 20;

/// Sets `STASISD_ERROR` and hangs up. What they still say is read over until they have taken that: a socket that is
/// closed on unread bytes is reset, and the reset overtakes the word.
pub(super) async fn dismiss<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, word: &str) {
    let Ok(command) = Command::set_variable("STASISD_ERROR", word) else { return };
    let farewell = async {
        stream.write_all(command.as_bytes()).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(MOST_BYTES), &mut tokio::io::sink()).await
    };
    // Whoever does not listen has heard nothing; that is theirs.
    let _ = timeout(PATIENCE, farewell).await;
}
