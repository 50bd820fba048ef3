//! A quiet Asterisk with a daemon beside it, as the measurements need them.

use std::{
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use hyper::Method;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::support::{
    daemon::{Beside, Daemon},
    rig::Rig,
};

/// Both, ready. The daemon ends first.
pub struct Site {
    pub daemon: Daemon,
    pub rig: Rig,
    runtime: Runtime,
}

impl Site {
    /// Starts them; `more` is TOML on top of the daemon's configuration.
    pub fn start(name: &str, more: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let rig = Rig::start_quiet(name);
        // A refused call costs nobody anything but its refusal.
        rig.set_global("STASISD_OPERATORS", "rig-bench,refused,1");
        let beside = Beside {
            url: rig.ari_url().to_owned(),
            user: "stasisd".to_owned(),
            password: rig.ari_password().to_owned(),
        };
        let mut daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside, &configuration(more));
        runtime.block_on(async {
            daemon.start().await;
            daemon.ready().await;
        });
        Self { daemon, rig, runtime }
    }

    /// Starts the daemon anew; `more` is TOML instead of that it was started with.
    pub fn restart(&mut self, more: &str) {
        let Self { daemon, runtime, .. } = self;
        runtime.block_on(async {
            daemon.signal("TERM");
            daemon.ended().await;
            let file = daemon.directory.join("conf.d/50-test.toml");
            std::fs::write(file, configuration(more)).expect("a configuration");
            daemon.start().await;
            daemon.ready().await;
        });
    }

    /// `GET` of the daemon's control port.
    pub fn get(&self, path: &str) -> Value {
        self.runtime.block_on(self.daemon.api().get(path))
    }

    /// `POST` to the control port, which must succeed.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) =
            self.within(self.daemon.api().send(Method::POST, path, Some(body))).expect("an answer");
        assert!(status < 300, "{status} {answer}");
        answer
    }

    /// Many of them at once, each in a request of its own; when each was answered, in microseconds since 1970.
    pub fn post_all(&self, path: &str, bodies: &[Value]) -> Vec<i64> {
        let api = self.daemon.api();
        let sent = bodies.iter().map(|body| async {
            let answer = api.send(Method::POST, path, Some(body)).await;
            (answer, now_us())
        });
        let answers = self.within(futures_util::future::join_all(sent));
        let accepted = answers.into_iter().map(|(answer, at)| {
            let (status, answer) = answer.expect("an answer");
            assert!(status < 300, "{status} {answer}");
            at
        });
        accepted.collect()
    }

    /// Runs what waits.
    pub fn within<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// The one prompt that the daemon has rendered by now, without `.wav`.
    pub fn prompt(&self) -> PathBuf {
        let folder = std::fs::read_dir(self.daemon.directory.join("prompts")).expect("the prompts");
        let mut wavs = folder.map(|entry| entry.expect("an entry").path());
        let wav = wavs.find(|path| path.extension().is_some_and(|e| e == "wav")).expect("a rendered prompt");
        wav.with_extension("")
    }
}

/// Microseconds since 1970.
pub fn now_us() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_micros();
    i64::try_from(now).expect("this century")
}

/// With the log as it is shipped.
fn configuration(more: &str) -> String {
    format!("[log]\nfilter = \"info\"\n{more}")
}
