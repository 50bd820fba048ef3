//! Asterisk: it answers, takes our user, is a good version, and nobody else holds the application.

use std::time::Duration;

use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{dialplan, ears, finding::Finding};
use crate::{
    ari::{self, Client, Hello, Wire},
    config::{AriConfig, Config},
};

const NAME: &str = "asterisk";

/// A connection of the doctor's own, under an application name of its own, so that the daemon keeps its.
pub(super) struct Visit {
    /// Commands.
    pub(super) client: Client,
    /// What happens.
    pub(super) wire: mpsc::Receiver<Wire>,
    /// The application's name, and the beginning of the ids of everything made here.
    pub(super) app: String,
}

/// Everything that can be seen of Asterisk. `prompts` are files that it should be able to play.
pub(super) async fn look(
    config: &Config,
    is_running: bool,
    prompts: &[(&'static str, String)],
) -> Vec<Finding> {
    let app = format!("{}-doctor-{}", config.ari.app, Uuid::new_v4().simple());
    let own = AriConfig { app: app.clone(), ..config.ari.clone() };
    let end = CancellationToken::new();
    let (client, mut wire, task) = match ari::connect(&own, end.clone()) {
        Ok(connected) => connected,
        Err(error) => return vec![Finding::failed(NAME, error.to_string(), "mend that setting")],
    };
    let patience = Duration::from_millis(own.connect_timeout_ms + own.request_timeout_ms);
    let mut findings = Vec::new();
    match timeout(patience, wire.recv()).await {
        Ok(Some(Wire::Up(hello))) => {
            findings.extend(greeting(&config.ari, &hello));
            let mut visit = Visit { client, wire, app };
            findings.push(application(&visit.client, &config.ari.app, is_running).await);
            findings.extend(dialplan::look(&visit, config).await);
            findings.extend(ears::look(&mut visit, prompts).await);
        }
        Ok(Some(Wire::Down { why })) => findings.push(unreachable(&config.ari, &why)),
        Ok(_) => findings.push(unreachable(&config.ari, "the connection ended")),
        Err(_) => findings.push(unreachable(&config.ari, "no answer in time")),
    }
    end.cancel();
    // Whether it closed the socket properly does not matter any more.
    let _ = timeout(patience, task).await;
    findings
}

fn unreachable(ari: &AriConfig, why: &str) -> Finding {
    let mend = "start Asterisk; http.conf needs enabled=yes, ari.conf a user with the same name and password \
                (read_only=no); ari.url must be the address and port of http.conf";
    Finding::failed(NAME, format!("{}: {why}", ari.url), mend)
}

fn greeting(ari: &AriConfig, hello: &Hello) -> Vec<Finding> {
    let version = &hello.asterisk_version;
    let way = if hello.rest_over_websocket { "commands over the websocket" } else { "commands over HTTP" };
    let mut findings =
        vec![Finding::ok(NAME, format!("{version} at {} takes user {:?}; {way}", ari.url, ari.user))];
    if !version.is_supported() {
        findings.push(Finding::failed(
            "version",
            "too old",
            "20.13 is the oldest that can work, 22.10.1 is good",
        ));
    }
    for warning in &hello.warnings {
        findings.push(Finding::doubtful(
            "version",
            warning,
            "install 22.10.1, 20.20.1, 21.12.3, 23.4.1 or later",
        ));
    }
    findings
}

async fn application(client: &Client, app: &str, is_running: bool) -> Finding {
    const NAME: &str = "application";
    match client.application(app).await {
        Ok(None) if is_running => Finding::failed(
            NAME,
            format!("a daemon runs, but nobody holds {app:?}"),
            "see the daemon's log: it may be stepping down, or connecting elsewhere",
        ),
        Ok(None) => Finding::ok(NAME, format!("{app:?} is free for the daemon")),
        Ok(Some(_)) if is_running => Finding::ok(NAME, format!("{app:?} is held, and a daemon runs")),
        Ok(Some(_)) => Finding::failed(
            NAME,
            format!("{app:?} is held by another program, or still has its calls"),
            "stop the other program, or give this daemon another ari.app (and STASISD_APP in the dialplan)",
        ),
        Err(error) => {
            Finding::doubtful(NAME, error.to_string(), "see what Asterisk's console says, then try again")
        }
    }
}
