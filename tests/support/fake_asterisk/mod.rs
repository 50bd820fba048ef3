//! A pretend Asterisk: a websocket and HTTP server that says only what a real one once said, and misbehaves when
//! a test wants it to. Its channels live as the test drives them.

mod frames;
mod rest;
mod server;
mod world;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use serde_json::{Value, json};
use stasisd::config::AriConfig;
use tokio::{net::TcpListener, sync::watch};
use tokio_util::sync::CancellationToken;

use world::World;

/// The ARI user it admits.
pub const USER: &str = "stasisd";

/// How it misbehaves. Change it at any time by [`Fake::with_faults`].
#[derive(Clone, Debug)]
pub struct Faults {
    /// Text of its version.
    pub version: String,
    /// The password it admits.
    pub password: String,
    /// Whether it has REST over the websocket.
    pub rest_over_websocket: bool,
    /// Each command's delay (over the websocket they follow one another).
    pub delay: Duration,
    /// Commands are never answered.
    pub swallow: bool,
    /// The next command whose URI contains the text is refused so, once.
    pub refuse: Vec<(String, u16, String)>,
    /// How long a playback takes.
    pub playback: Duration,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            version: "22.10.1+dfsg+~cs6.17.60671434-1".to_owned(),
            password: "s3cret".to_owned(),
            rest_over_websocket: true,
            delay: Duration::ZERO,
            swallow: false,
            refuse: Vec::new(),
            playback: Duration::from_millis(50),
        }
    }
}

/// A request that it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub method: String,
    /// Below `/ari/`, as sent.
    pub uri: String,
    pub body: String,
    /// Over the websocket, or by HTTP.
    pub websocket: bool,
}

/// The handle. Clones are the same Asterisk.
#[derive(Clone)]
pub struct Fake {
    world: Arc<Mutex<World>>,
    address: SocketAddr,
    /// Sleeping: sockets stay open, nothing is read or written (SIGSTOP, dropped packets).
    sleeping: Arc<watch::Sender<bool>>,
    cut: Arc<Mutex<CancellationToken>>,
    stopped: CancellationToken,
}

impl Fake {
    /// Starts one on a free port.
    pub async fn start() -> Self {
        Self::start_at("127.0.0.1:0".parse().expect("an address")).await
    }

    /// Starts one at an address, such as that of one that was stopped.
    pub async fn start_at(address: SocketAddr) -> Self {
        let listener = TcpListener::bind(address).await.expect("a free port");
        let fake = Self {
            world: Arc::default(),
            address: listener.local_addr().expect("an address"),
            sleeping: Arc::new(watch::channel(false).0),
            cut: Arc::default(),
            stopped: CancellationToken::new(),
        };
        let server = server::serve(listener, fake.clone());
        let stopped = fake.stopped.clone();
        tokio::spawn(async move {
            stopped.cancelled().await;
            server.abort();
        });
        fake
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Settings that reach it, with short times.
    pub fn config(&self) -> AriConfig {
        AriConfig {
            url: format!("http://{}", self.address),
            user: USER.to_owned(),
            password: Some("s3cret".into()),
            password_file: None,
            app: "stasisd".to_owned(),
            ca_file: None,
            connect_timeout_ms: 2_000,
            request_timeout_ms: 2_000,
            heartbeat_secs: 8,
            backoff_min_ms: 5,
            backoff_max_ms: 50,
            rest_over_websocket: true,
            http_pool: 16,
        }
    }

    /// Everything it holds, to look at or to change.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no test panicked inside")
    }

    /// Changes how it misbehaves.
    pub fn with_faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.world().faults);
    }

    /// What it was sent, reads of `asterisk/` left out.
    pub fn commands(&self) -> Vec<Seen> {
        let world = self.world();
        world.seen.iter().filter(|seen| !seen.uri.starts_with("asterisk/")).cloned().collect()
    }

    /// Whether a websocket has the application.
    pub fn is_connected(&self) -> bool {
        self.world().listener.is_some()
    }

    // What happens to channels.

    /// A caller arrives. False when no websocket has the application (the dialplan goes on with its fallback).
    pub fn call(&self, id: &str, number: &str, args: &[&str]) -> bool {
        let mut world = self.world();
        world.add(id, "Ring", number, false);
        world.enter(id, args)
    }

    /// A channel that the daemon dialled rings, with `Dial` and a new state.
    pub fn rings(&self, id: &str) {
        let mut world = self.world();
        world.set_state(id, "Ringing");
        let shown = world.show(id).expect("a channel");
        world.emit(&frames::dial(&shown, "RINGING"));
    }

    /// A channel that the daemon dialled answers; an originated one enters the application.
    pub fn answers(&self, id: &str, args: &[&str]) {
        let mut world = self.world();
        world.set_state(id, "Up");
        let shown = world.show(id).expect("a channel");
        world.emit(&frames::dial(&shown, "ANSWER"));
        if !world.channels[id].in_stasis {
            world.enter(id, args);
        }
    }

    /// A channel that the daemon dialled fails: with a `Dial` that says `BUSY`, `CHANUNAVAIL`, ..., or without
    /// one, as when an originate's time is over (cause 19).
    pub fn fails(&self, id: &str, dialstatus: Option<&str>, cause: i32, tech_cause: Option<i32>) {
        let mut world = self.world();
        if let Some(status) = dialstatus {
            let shown = world.show(id).expect("a channel");
            world.emit(&frames::dial(&shown, status));
        }
        world.end(id, cause, tech_cause, false);
    }

    /// The far end presses a key.
    pub fn press(&self, id: &str, digit: char) {
        let world = self.world();
        let mut event = frames::of_channel("ChannelDtmfReceived", &world.show(id).expect("a channel"));
        event["digit"] = json!(digit);
        world.emit(&event);
    }

    /// The far end hangs up: `ChannelHangupRequest` and `StasisEnd`, and for a dialled channel `ChannelDestroyed`.
    pub fn hang_up(&self, id: &str) {
        self.world().end(id, 16, None, false);
    }

    /// Somebody else takes the channel out of the application (AMI redirect).
    pub fn take_away(&self, id: &str) {
        self.world().leave(id);
    }

    /// Sends any text as a frame.
    pub fn send(&self, text: &str) {
        self.world().raw(text.to_owned());
    }

    /// Sends a channel's event once more (`StasisStart`, `StasisEnd`, `ChannelDestroyed`, ...), also of one that
    /// is no more.
    pub fn repeat(&self, kind: &str, id: &str) {
        let world = self.world();
        let shown = world.show(id).unwrap_or_else(|| frames::channel(id, "Up", "", &frames::now()));
        world.emit(&frames::of_channel(kind, &shown));
    }

    /// Sends a playback's event, also of one that is no more.
    pub fn late_playback(&self, kind: &str, playback: &str, channel: &str) {
        let made = json!({ "id": playback, "media_uri": "sound:x", "target_uri": format!("channel:{channel}"),
            "language": "en", "state": "done" });
        self.world().emit(&frames::playback(kind, &made));
    }

    // What happens to the connection.

    /// The websocket is cut, without a farewell.
    pub fn cut(&self) {
        let mut cut = self.cut.lock().expect("no test panicked inside");
        cut.cancel();
        *cut = CancellationToken::new();
        self.world().listener = None;
    }

    /// Another client takes the application over.
    pub fn replace(&self) {
        let mut world = self.world();
        world.emit(&frames::replaced());
        world.listener = None;
    }

    /// Nothing is read, written or answered any more, but all sockets stay open; or all goes on.
    pub fn sleep(&self, sleeping: bool) {
        self.sleeping.send_replace(sleeping);
    }

    /// It is gone: nobody listens at its address, its websocket is cut, its channels are lost.
    pub fn stop(&self) {
        self.stopped.cancel();
        self.cut();
        self.world().channels.clear();
        self.world().globals.clear();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.is_cancelled()
    }

    fn cut_token(&self) -> CancellationToken {
        self.cut.lock().expect("no test panicked inside").clone()
    }

    async fn awake(&self) {
        let _ = self.sleeping.subscribe().wait_for(|sleeping| !*sleeping).await;
    }

    async fn asleep(&self) {
        let _ = self.sleeping.subscribe().wait_for(|sleeping| *sleeping).await;
    }

    /// Lets a channel's first playback run to its end, and then the next one.
    fn run_playbacks(&self, world: &mut World, channel: &str) {
        let Some((id, length)) = world.begin(channel) else { return };
        let (fake, channel) = (self.clone(), channel.to_owned());
        tokio::spawn(async move {
            tokio::time::sleep(length).await;
            let mut world = fake.world();
            // It may have been stopped meanwhile.
            let first = |one: &Value| one["id"] == id.as_str();
            if world.channels.get(&channel).and_then(|found| found.playbacks.front()).is_some_and(first) {
                world.finish(&channel, "done");
                fake.run_playbacks(&mut world, &channel);
            }
        });
    }
}
