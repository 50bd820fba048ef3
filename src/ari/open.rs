//! Opening a connection: ask who is there, open the websocket, try whether it takes commands.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use hyper::header::AUTHORIZATION;
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{self, Message, Utf8Bytes, client::IntoClientRequest, protocol::WebSocketConfig},
};
use tower::Service;

use super::{
    AriError, AsteriskInfo, Hello, Version,
    client::judge,
    command::Command,
    decode::{Frame, decode},
    http::unreachable,
    rest,
    session::FRAMES,
    shared::Shared,
};
use crate::model::NodeId;

/// The websocket over TCP or TLS.
pub(super) type Socket = WebSocketStream<TokioIo<hyper_rustls::MaybeHttpsStream<TokioIo<TcpStream>>>>;

/// A text frame and when it was read.
pub(super) type Read = (Utf8Bytes, Instant);

/// How long the trial request may take; Asterisk answers it in less than a millisecond.
const TRIAL: Duration = Duration::from_secs(2);
/// Longest event.
const LONGEST_EVENT: usize = 4 * 1024 * 1024;
/// Room for some ten events. The library fills all of it with zeros before each read, so the default of 128 KiB
/// costs more than what is read.
const READ_BUFFER: usize = 16 * 1024;

/// A websocket that is open.
pub(super) struct Open {
    pub socket: Socket,
    pub hello: Hello,
    /// Frames that came while we tried.
    pub early: Vec<Read>,
}

/// Opens a connection, each part within its deadline.
pub(super) async fn open(shared: &Shared) -> Result<Open, AriError> {
    let info = who_is_there(shared).await?;
    let version = Version::parse(&info.system.version);
    if !version.is_supported() {
        return Err(AriError::Config(format!("Asterisk {version} is too old: 20.13 or later is needed")));
    }
    let mut socket = timeout(shared.site.connect_timeout, upgrade(shared))
        .await
        .map_err(|_| AriError::Unreachable("the websocket was not opened in time".to_owned()))??;
    let mut early = Vec::new();
    let wanted = shared.site.rest_over_websocket && version.rest_over_websocket() != Some(false);
    let takes = wanted && takes_commands(&mut socket, &mut early).await?;
    let mut warnings = version.warnings();
    if wanted && !takes && version.rest_over_websocket() == Some(true) {
        warnings.push(format!(
            "Asterisk {version} should take commands over the websocket and does not: HTTP is used, which costs more. \
             Has somebody set an event filter on the application that leaves RESTResponse out?"
        ));
    }
    let hello = Hello {
        warnings,
        asterisk_version: version,
        entity_id: NodeId(info.system.entity_id),
        rest_over_websocket: takes,
    };
    Ok(Open { socket, hello, early })
}

/// `GET /asterisk/info`: the version, and whether we are let in, before the application is touched.
async fn who_is_there(shared: &Shared) -> Result<AsteriskInfo, AriError> {
    let request = Command::Info.request()?;
    let allowed = shared.site.connect_timeout + shared.site.request_timeout;
    let answer =
        timeout(allowed, shared.http.send(&request, || {})).await.map_err(|_| AriError::Deadline)??;
    let body = match judge(answer) {
        Err(AriError::Refused { status: 404, .. }) => {
            let hint = "there is no ARI at ari.url: load res_ari, enable it in ari.conf and http.conf, and compare \
                        http.conf's prefix with ari.url";
            return Err(AriError::Config(hint.to_owned()));
        }
        body => body?,
    };
    serde_json::from_str(&body).map_err(|error| AriError::Malformed(format!("asterisk/info: {error}")))
}

/// `GET /events` with `Upgrade` (RFC 6455). The credentials go into a header, for addresses end in logs.
async fn upgrade(shared: &Shared) -> Result<Socket, AriError> {
    let site = &shared.site;
    let mut connector = shared.connector.clone();
    let stream = connector.call(site.events.clone()).await.map_err(|error| unreachable(error.as_ref()))?;
    let broken = |error: tungstenite::Error| AriError::Unreachable(format!("websocket: {error}"));
    let address = format!(
        "ws://{}{}",
        site.events.authority().map_or("", |authority| authority.as_str()),
        site.events.path_and_query().map_or("", |path| path.as_str()),
    );
    let mut request = address.into_client_request().map_err(broken)?;
    request.headers_mut().insert(AUTHORIZATION, site.authorization.clone());
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .max_message_size(Some(LONGEST_EVENT))
        .max_frame_size(Some(LONGEST_EVENT));
    match client_async_with_config(request, TokioIo::new(stream), Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(response)) => match response.status().as_u16() {
            401 => Err(AriError::Unauthorized),
            status => Err(AriError::Refused { status, message: "the websocket was not opened".to_owned() }),
        },
        Err(error) => Err(broken(error)),
    }
}

/// Sends `asterisk/ping` over the websocket; an Asterisk that cannot do that says nothing. Keeps what else comes.
async fn takes_commands(socket: &mut Socket, early: &mut Vec<Read>) -> Result<bool, AriError> {
    let lost = |why: &str| AriError::Unreachable(format!("the websocket closed at once{why}"));
    let trial = rest::frame(0, &Command::Ping.request()?)?;
    socket.send(trial).await.map_err(|error| lost(&format!(": {error}")))?;
    let answered = timeout(TRIAL, async {
        while let Some(message) = socket.next().await {
            match message.map_err(|error| lost(&format!(": {error}")))? {
                Message::Text(text) => match decode(&text) {
                    Ok(Frame::Answer { id: 0, status, .. }) => return Ok(status == 200),
                    _ if early.len() >= FRAMES => return Err(lost(": too many events")),
                    _ => early.push((text, Instant::now())),
                },
                Message::Close(_) => break,
                _ => {}
            }
        }
        Err(lost(""))
    });
    answered.await.unwrap_or(Ok(false))
}
