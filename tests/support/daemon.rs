//! The daemon as a process of its own, to be started, asked, killed and started again.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::{Duration, Instant},
};

use hyper::Method;

use super::api::Api;

/// The Asterisk it talks to.
#[derive(Clone, Debug)]
pub struct Beside {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// ARI user.
    pub user: String,
    /// ARI password.
    pub password: String,
}

/// A daemon with a folder of its own.
pub struct Daemon {
    /// Holds its configuration, store, prompts and log.
    pub directory: PathBuf,
    /// Its control port.
    pub base: String,
    /// Port of its FastAGI server.
    pub fastagi: u16,
    token: String,
    child: Option<Child>,
}

impl Daemon {
    /// Writes the configuration of a daemon in `directory`; `more` is TOML that comes on top.
    pub fn prepare(directory: &Path, beside: &Beside, more: &str) -> Self {
        for folder in ["", "conf.d", "prompts", "flows"] {
            fs::create_dir_all(directory.join(folder)).unwrap();
        }
        let shipped = fs::read_dir(project().join("config/flows")).unwrap();
        let test_flows = fs::read_dir(project().join("tests/rig/flows")).into_iter().flatten();
        for entry in shipped.chain(test_flows) {
            let path = entry.unwrap().path();
            let to = directory.join("flows").join(path.file_name().unwrap());
            if path.extension().is_some_and(|e| e == "toml") && !to.exists() {
                fs::copy(&path, to).unwrap();
            }
        }
        // Both are held at once, so that they are two.
        let free = || TcpListener::bind("127.0.0.1:0").unwrap();
        let ports = [free(), free()].map(|listener| listener.local_addr().unwrap().port());
        let [port, fastagi] = ports;
        let at = directory.display();
        let Beside { url, user, password } = beside;
        let sounds = project().join("sounds");
        let text = format!(
            "[log]\nfilter = \"info,stasisd=debug,stasisd::http=info\"\n\
             [ari]\nurl = \"{url}\"\nuser = \"{user}\"\npassword = \"{password}\"\n\
             backoff_min_ms = 50\nbackoff_max_ms = 500\n\
             [flows]\ndirectory = \"{at}/flows\"\n\
             [flows.settings]\nrefer = \"sip:nobody@127.0.0.1:9\"\nhook = \"http://127.0.0.1:9/\"\n\
             [speech]\ncache_directory = \"{at}/prompts\"\nsounds_directory = \"{}\"\n\
             [http]\nlisten = \"127.0.0.1:{port}\"\nrate_per_second = 5000\nrate_burst = 10000\n\
             [fastagi]\nlisten = \"127.0.0.1:{fastagi}\"\n\
             [storage]\nurl = \"sqlite://{at}/stasisd.db\"\n",
            sounds.display()
        );
        fs::write(directory.join("stasisd.toml"), text).unwrap();
        fs::write(directory.join("conf.d/50-test.toml"), more).unwrap();
        let base = format!("http://127.0.0.1:{port}");
        Self { directory: directory.to_owned(), base, fastagi, token: String::new(), child: None }
    }

    /// A command of the program with this daemon's configuration.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        command.args(words).arg("--config").arg(self.directory.join("stasisd.toml"));
        command
    }

    /// Starts it and waits until it listens (it may not be ready: Asterisk may be away).
    pub async fn start(&mut self) {
        if self.token.is_empty() {
            let made = self.command(&["token", "create", "test", "--scopes", "admin"]).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
            String::from_utf8(made.stdout).unwrap().trim().clone_into(&mut self.token);
        }
        let log = fs::File::options().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = self.command(&["run"]);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        self.child = Some(command.spawn().unwrap());
        let api = self.api();
        let until = Instant::now() + Duration::from_secs(20);
        while api.send(Method::GET, "/health/live", None).await.is_err() {
            let ended = self.child.as_mut().and_then(|child| child.try_wait().unwrap());
            assert!(ended.is_none() && Instant::now() < until, "the daemon does not listen:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until it says that it is ready.
    pub async fn ready(&self) {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let answer = self.api().send(Method::GET, "/health/ready", None).await;
            if matches!(answer, Ok((200, _))) {
                return;
            }
            assert!(Instant::now() < until, "not ready: {answer:?}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A client with all rights.
    pub fn api(&self) -> Api {
        Api::new(&self.base, &self.token)
    }

    /// Its token with all rights.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().map_or(0, Child::id)
    }

    /// Sends a signal by name (`TERM`, `HUP`).
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.pid().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(status) = child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < until, "does not end:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Where its log is.
    pub fn log_file(&self) -> PathBuf {
        self.directory.join("stasisd.log")
    }

    /// Its log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The built program, beside the test binary.
pub fn program() -> PathBuf {
    let here = std::env::current_exe().unwrap();
    here.parent().and_then(Path::parent).unwrap().join("stasisd")
}

/// The project's folder.
pub fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
