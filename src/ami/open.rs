//! Opening a connection: the banner, a login by challenge (the secret stays here), and whether Asterisk has started.

use std::fmt::Write as _;

use md5::{Digest, Md5};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
    time::{Duration, timeout},
};

use super::{
    Action, AmiError, Hello, Message,
    message::{Splitter, TooLong},
    site::Site,
};

/// The classes of events that are used: queues are `agent`; `system` tells of restarts and reloads; `dialplan` tells
/// how `Queue()` ended. The user's `read` and `eventfilter` in manager.conf narrow it further.
const EVENTS: &str = "system,agent,dialplan";
/// How long `FullyBooted` may be late; it comes right after the login.
const BOOTED: Duration = Duration::from_millis(500);
/// Longest banner.
const LONGEST_BANNER: usize = 1_024;

/// TCP, or TLS over it.
pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

/// Logged in.
pub(super) struct Open {
    pub stream: Box<dyn Io>,
    /// Holds what was read and not used yet.
    pub splitter: Splitter,
    pub hello: Hello,
    /// Events that came while we looked.
    pub early: Vec<Message>,
}

/// Opens a connection within the deadline.
pub(super) async fn open(site: &Site) -> Result<Open, AmiError> {
    let late = || AmiError::Unreachable("no login within ami.connect_timeout_ms".to_owned());
    let mut open = timeout(site.connect_timeout, log_in(site)).await.map_err(|_| late())??;
    // Whether it comes or not, we are logged in.
    if let Ok(read) = timeout(BOOTED, until_booted(&mut open)).await {
        read?;
    }
    Ok(open)
}

async fn log_in(site: &Site) -> Result<Open, AmiError> {
    let socket = TcpStream::connect((site.host.as_str(), site.port)).await.map_err(unreachable)?;
    socket.set_nodelay(true).map_err(unreachable)?;
    let stream: Box<dyn Io> = match &site.tls {
        None => Box::new(socket),
        Some((connector, name)) => {
            Box::new(connector.connect(name.clone(), socket).await.map_err(unreachable)?)
        }
    };
    let hello = Hello { manager_version: String::new(), is_booted: false };
    let mut open = Open { stream, splitter: Splitter::default(), hello, early: Vec::new() };
    open.hello.manager_version = banner(&mut open).await?;
    let challenge = ask(&mut open, &Action::new("Challenge").with("AuthType", "MD5")).await?;
    let challenge = challenge.get("Challenge").ok_or_else(|| {
        AmiError::Malformed(format!("no challenge for the login: {}", challenge.sentence()))
    })?;
    let login = Action::new("Login")
        .with("AuthType", "MD5")
        .with("Username", &site.user)
        .with("Key", key(challenge, site.password.expose()))
        .with("Events", EVENTS);
    let answer = ask(&mut open, &login).await?;
    if answer.kind().1 == "Success" { Ok(open) } else { Err(AmiError::Unauthorized) }
}

/// `Asterisk Call Manager/11.0.0`
async fn banner(open: &mut Open) -> Result<String, AmiError> {
    let line = loop {
        match open.splitter.line() {
            Some(line) => break line,
            None if open.splitter.held() > LONGEST_BANNER => break String::new(),
            None => read(open).await?,
        }
    };
    let version = line.strip_prefix("Asterisk Call Manager/");
    version.map(str::to_owned).ok_or_else(|| {
        AmiError::Malformed("who answers there is not Asterisk's manager (ami.address)".to_owned())
    })
}

/// Hex of the digest of challenge and secret, as `Login` wants it.
fn key(challenge: &str, secret: &str) -> String {
    let digest = Md5::new().chain_update(challenge).chain_update(secret).finalize();
    digest.iter().fold(String::new(), |mut hex, byte| {
        // Writing to a text cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

async fn ask(open: &mut Open, action: &Action) -> Result<Message, AmiError> {
    let text = action.text("0")?;
    open.stream.write_all(text.as_bytes()).await.map_err(unreachable)?;
    open.stream.flush().await.map_err(unreachable)?;
    loop {
        let message = message(open).await?;
        if message.kind().0 == "Response" {
            return Ok(message);
        }
        open.early.push(message);
    }
}

async fn until_booted(open: &mut Open) -> Result<(), AmiError> {
    let is_booted = |message: &Message| message.kind() == ("Event", "FullyBooted");
    while !open.early.iter().any(is_booted) {
        let message = message(open).await?;
        open.early.push(message);
    }
    open.early.retain(|message| !is_booted(message));
    open.hello.is_booted = true;
    Ok(())
}

async fn message(open: &mut Open) -> Result<Message, AmiError> {
    loop {
        match open.splitter.next() {
            Some(Ok(message)) => return Ok(message),
            Some(Err(TooLong(bytes))) => {
                tracing::warn!(bytes, "a message from Asterisk's manager is too long");
            }
            None => read(open).await?,
        }
    }
}

/// Reads what is there. Cancelling loses nothing.
async fn read(open: &mut Open) -> Result<(), AmiError> {
    match open.stream.read_buf(open.splitter.buffer()).await {
        Ok(0) => Err(AmiError::Unreachable("it closed the connection".to_owned())),
        Ok(_) => Ok(()),
        Err(error) => Err(unreachable(error)),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "for map_err")]
fn unreachable(error: std::io::Error) -> AmiError {
    AmiError::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_login() {
        assert_eq!(key("abc", ""), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(key("a", "bc"), key("abc", ""));
    }
}
