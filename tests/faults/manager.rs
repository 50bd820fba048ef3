//! A pretend manager of Asterisk that says only what a real one (22.10.1) said: `tests/fixtures/ami`.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use stasisd::config::{AmiConfig, Config};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, tcp::OwnedWriteHalf},
    sync::mpsc,
};
use tokio_util::sync::CancellationToken;

macro_rules! said {
    ($name:literal) => {
        include_str!(concat!("../fixtures/ami/", $name, ".txt"))
    };
}

/// What `printf 182402105secret | md5sum` says: the recorded challenge and the password.
const KEY: &str = "d3a99d95b83570bcefb32be89d8f6dce";

/// What is wrong with it.
#[derive(Default)]
pub struct Faults {
    /// Actions that the user may not use.
    pub denied: BTreeSet<String>,
    /// The next list ends, and the connection, after so many bytes.
    pub cut_list_after: Option<usize>,
    /// Answers to what changes something are late by so much.
    pub late: Duration,
    /// It reads and says nothing.
    pub silent: bool,
    /// Said instead of the banner.
    pub banner: Option<String>,
    /// What the list of the queues says, if not what was recorded.
    pub list: Option<String>,
}

struct World {
    faults: Faults,
    actions: Vec<Vec<(String, String)>>,
    logins: usize,
    listeners: Vec<mpsc::UnboundedSender<Vec<u8>>>,
    cut: CancellationToken,
}

/// A manager that runs until it is dropped.
#[derive(Clone)]
pub struct Manager {
    world: Arc<Mutex<World>>,
    address: String,
}

/// What the members of the recorded list are.
pub const QUEUES: [(&str, &str); 2] = [("operators", "Local/s@rig-operator/n"), ("phones", "PJSIP/operator")];

impl Manager {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let world = World {
            faults: Faults::default(),
            actions: Vec::new(),
            logins: 0,
            listeners: Vec::new(),
            cut: CancellationToken::new(),
        };
        let manager = Self { world: Arc::new(Mutex::new(world)), address };
        let own = manager.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(own.clone().serve(stream));
            }
        });
        manager
    }

    pub fn config(&self) -> AmiConfig {
        let mut config = Config::defaults().unwrap().ami;
        config.enabled = true;
        config.address = self.address.clone();
        config.password = Some("secret".into());
        config.connect_timeout_ms = 2_000;
        config.action_timeout_ms = 1_000;
        (config.backoff_min_ms, config.backoff_max_ms) = (10, 50);
        config
    }

    pub fn with_faults(&self, change: impl FnOnce(&mut Faults)) {
        change(&mut self.world().faults);
    }

    /// How often somebody logged in.
    pub fn logins(&self) -> usize {
        self.world().logins
    }

    /// The actions of this name, with their headers.
    pub fn actions(&self, name: &str) -> Vec<Vec<(String, String)>> {
        let world = self.world();
        world.actions.iter().filter(|action| action[0].1 == name).cloned().collect()
    }

    /// Says this to whoever is logged in.
    pub fn say(&self, text: &str) {
        self.say_bytes(wire(text, "").as_slice());
    }

    pub fn say_bytes(&self, bytes: &[u8]) {
        self.world().listeners.retain(|listener| listener.send(bytes.to_vec()).is_ok());
    }

    /// Closes all connections.
    pub fn cut(&self) {
        let mut world = self.world();
        world.listeners.clear();
        std::mem::take(&mut world.cut).cancel();
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }

    async fn serve(self, stream: TcpStream) {
        let cut = self.world().cut.clone();
        let (mut source, sink) = stream.into_split();
        let (sender, letters) = mpsc::unbounded_channel();
        tokio::spawn(write(sink, letters, cut.clone()));
        let banner = self.world().faults.banner.clone();
        let _ = sender.send(banner.unwrap_or("Asterisk Call Manager/11.0.0\r\n".to_owned()).into());
        let mut read = String::new();
        let mut bytes = [0; 4096];
        while let Some(Ok(count @ 1..)) = cut.run_until_cancelled(source.read(&mut bytes)).await {
            read.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
            while let Some((action, rest)) = read.split_once("\r\n\r\n") {
                let headers: Vec<_> = action
                    .split("\r\n")
                    .map(|line| line.split_once(": ").expect("a header"))
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect();
                read = rest.to_owned();
                self.act(headers, &sender).await;
            }
        }
    }

    async fn act(&self, headers: Vec<(String, String)>, to: &mpsc::UnboundedSender<Vec<u8>>) {
        let header =
            |name: &str| headers.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str()).to_owned();
        let (name, id) = (headers[0].1.clone(), header("ActionID"));
        let (late, denied, silent) = {
            let mut world = self.world();
            world.actions.push(headers.clone());
            (world.faults.late, world.faults.denied.contains(&name), world.faults.silent)
        };
        if silent {
            return;
        }
        let text = match name.as_str() {
            _ if denied => said!("denied").to_owned(),
            "Challenge" => said!("challenge").to_owned(),
            "Login" => {
                if header("Key") == KEY {
                    let mut world = self.world();
                    world.logins += 1;
                    world.listeners.push(to.clone());
                    said!("login").to_owned()
                } else {
                    "Response: Error\nActionID: @ID@\nMessage: Authentication failed\n\n".to_owned()
                }
            }
            "Ping" => said!("pong").to_owned(),
            "QueueStatus" if header("Queue").is_empty() => self.list(),
            "QueueStatus" => self.list_of(&header("Queue")),
            "QueuePause" => {
                tokio::time::sleep(late).await;
                let known = QUEUES.contains(&(header("Queue").as_str(), header("Interface").as_str()));
                if known { said!("paused") } else { said!("not_found") }.to_owned()
            }
            _ => return,
        };
        let mut bytes = wire(&text, &id);
        let cut = if name == "QueueStatus" { self.world().faults.cut_list_after.take() } else { None };
        if let Some(cut) = cut {
            bytes.truncate(cut);
        }
        let _ = to.send(bytes);
        if cut.is_some() {
            // So that what was said is read first.
            tokio::time::sleep(Duration::from_millis(50)).await;
            self.cut();
        }
    }

    /// Those messages of the list that are of one queue.
    fn list_of(&self, queue: &str) -> String {
        let all = self.list();
        let of_it = |message: &&str| {
            let mut lines = message.lines();
            !message.contains("\nQueue: ") || lines.any(|line| line == format!("Queue: {queue}"))
        };
        all.split_inclusive("\n\n").filter(of_it).collect()
    }

    fn list(&self) -> String {
        self.world().faults.list.clone().unwrap_or_else(|| said!("queue_status").to_owned())
    }
}

/// The recorded event, of this member.
pub fn pause_of(queue: &str, interface: &str) -> String {
    let event = said!("member_pause").replace("Queue: phones", &format!("Queue: {queue}"));
    event.replace("Interface: PJSIP/caller1", &format!("Interface: {interface}"))
}

/// The recorded list.
pub fn list() -> String {
    said!("queue_status").to_owned()
}

pub fn reload() -> &'static str {
    said!("reload")
}

pub fn timed_out() -> (&'static str, &'static str) {
    (said!("caller_join"), said!("timed_out"))
}

/// As it goes over the wire.
fn wire(text: &str, id: &str) -> Vec<u8> {
    text.replace("@ID@", id).replace('\n', "\r\n").into_bytes()
}

async fn write(
    mut sink: OwnedWriteHalf,
    mut letters: mpsc::UnboundedReceiver<Vec<u8>>,
    cut: CancellationToken,
) {
    while let Some(Some(letter)) = cut.run_until_cancelled(letters.recv()).await {
        if sink.write_all(&letter).await.is_err() {
            return;
        }
    }
}
