//! The daemon as systemd sees it: signals, notices, the watchdog, and how it ends.

use std::{
    os::unix::{net::UnixDatagram, process::ExitStatusExt},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use super::Place;

/// Longest wait for anything; what it waits for takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// A daemon that runs, killed with its test, and the socket on which it tells systemd how it is.
struct Daemon {
    child: Child,
    socket: UnixDatagram,
    _place: Place,
}

impl Daemon {
    fn start(configure: impl FnOnce(&mut Command)) -> Self {
        let place = Place::with("");
        // Nothing of this machine's own: a port that is free, a database and a cache of its own.
        let (database, cache) = (place.path("stasisd.db"), place.path("prompts"));
        place.write(
            "conf.d/daemon.toml",
            &format!(
                "[http]\nlisten = \"127.0.0.1:0\"\n[fastagi]\nlisten = \"127.0.0.1:0\"\n[storage]\nurl = \"sqlite://{}\"\n\
                 [speech]\ncache_directory = \"{}\"\n\
                 [ari]\nurl = \"http://127.0.0.1:1\"\n",
                database.display(),
                cache.display(),
            ),
        );
        let path = place.path("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut command = place.command(&["run"]);
        command.env("NOTIFY_SOCKET", &path).stderr(Stdio::null());
        configure(&mut command);
        Self { child: command.spawn().unwrap(), socket, _place: place }
    }

    /// Reads notices until one has this line.
    #[track_caller]
    fn tells(&self, line: &str) {
        let (begin, mut heard, mut buffer) = (Instant::now(), Vec::new(), [0; 1024]);
        while begin.elapsed() < PATIENCE {
            let Ok(length) = self.socket.recv(&mut buffer) else { break };
            let notice = String::from_utf8_lossy(&buffer[..length]).into_owned();
            if notice.lines().any(|told| told == line) {
                return;
            }
            heard.push(notice);
        }
        panic!("{line:?} was not told, but {heard:?}");
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    #[track_caller]
    fn ends(mut self) -> ExitStatus {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the daemon still runs");
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended by itself, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_says_when_it_is_ready_and_when_it_stops() {
    for signal in ["TERM", "INT"] {
        let daemon = Daemon::start(|_| ());
        daemon.tells("READY=1");
        daemon.signal(signal);
        daemon.tells("STOPPING=1");
        let status = daemon.ends();
        assert_eq!((status.code(), status.signal()), (Some(0), None), "{signal}");
    }
}

#[test]
fn its_log_is_json_if_it_shall_be() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let daemon = Daemon::start(|command| {
        command.env("STASISD_LOG__FORMAT", "json").stderr(log.reopen().unwrap());
        command.stdout(log.reopen().unwrap());
    });
    daemon.tells("READY=1");
    daemon.signal("TERM");
    daemon.tells("STOPPING=1");
    assert_eq!(daemon.ends().code(), Some(0));
    let text = std::fs::read_to_string(log.path()).unwrap();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let listens = lines.iter().find(|line| line["message"] == "the control port listens");
    let listens = listens.unwrap_or_else(|| panic!("{text}"));
    assert_eq!(listens["level"], "INFO", "{listens}");
    assert!(listens["address"].as_str().unwrap().starts_with("127.0.0.1:"), "{listens}");
}

#[test]
fn it_outlives_a_reload() {
    let daemon = Daemon::start(|_| ());
    daemon.tells("READY=1");
    daemon.signal("HUP");
    daemon.signal("TERM");
    daemon.tells("STOPPING=1");
    assert_eq!(daemon.ends().code(), Some(0));
}

#[test]
fn the_watchdog_is_fed() {
    let daemon = Daemon::start(|command| {
        command.env("WATCHDOG_USEC", "2000000");
    });
    daemon.tells("READY=1");
    daemon.tells("WATCHDOG=1");
}
