//! A private Asterisk, started by `tests/rig/asterisk` and ended with the value.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::{Arc, Mutex},
    time::Duration,
};

use super::{assignments, eventually, scratch};

/// A running Asterisk of the test's own.
pub struct Rig {
    dir: PathBuf,
    env: HashMap<String, String>,
    seats: Arc<Mutex<Vec<bool>>>,
}

/// A caller's endpoint and ports, free again when dropped.
pub struct Seat {
    seats: Arc<Mutex<Vec<bool>>>,
    index: usize,
    /// SIP port that the caller calls from: Asterisk knows its endpoint `caller<index>` by it.
    pub sip_port: u16,
    /// First of four ports for its media.
    pub media_port: u16,
}

impl Seat {
    /// Name of the endpoint in Asterisk.
    pub fn endpoint(&self) -> String {
        format!("caller{}", self.index)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Ok(mut seats) = self.seats.lock() {
            seats[self.index] = false;
        }
    }
}

impl Rig {
    /// Starts an Asterisk; panics with the script's words if that fails. `name` is for the directory only.
    pub fn start(name: &str) -> Rig {
        Rig::start_with(name, &[])
    }

    /// One that logs warnings only, for measuring.
    pub fn start_quiet(name: &str) -> Rig {
        Rig::start_with(name, &["--quiet"])
    }

    /// One in a directory that the caller chose.
    pub fn start_in(dir: &Path) -> Rig {
        Rig::start_at(dir.to_owned(), &[])
    }

    fn start_with(name: &str, options: &[&str]) -> Rig {
        Rig::start_at(scratch("asterisk", name), options)
    }

    fn start_at(dir: PathBuf, options: &[&str]) -> Rig {
        let owner = std::process::id().to_string();
        script(&dir, "start", &[options, &["--owner", &owner]].concat());
        let env = assignments(&dir.join("env"));
        let callers = env["CALLERS"].parse().expect("a number of callers");
        Rig { dir, env, seats: Arc::new(Mutex::new(vec![false; callers])) }
    }

    /// Its directory: `etc`, `log`, `recordings`.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// A value of its `env` file, such as `ARI_URL`, `ARI_PASSWORD`, `AMI_PASSWORD`.
    #[track_caller]
    pub fn var(&self, name: &str) -> &str {
        self.env.get(name).unwrap_or_else(|| panic!("the rig's env has no {name}"))
    }

    /// A port of its `env` file, such as `SIP_PORT`, `HTTP_PORT`, `AMI_PORT`, `CARRIER_PORT`.
    #[track_caller]
    pub fn port(&self, name: &str) -> u16 {
        self.var(name).parse().expect("a port")
    }

    /// `http://127.0.0.1:PORT`, without `/ari`.
    pub fn ari_url(&self) -> &str {
        self.var("ARI_URL")
    }

    /// Password of the ARI user `stasisd`.
    pub fn ari_password(&self) -> &str {
        self.var("ARI_PASSWORD")
    }

    /// The n-th port (0 to 6) that is left for what stands beside this Asterisk.
    pub fn free_port(&self, n: u16) -> u16 {
        assert!(n < 7, "a rig has seven free ports");
        self.port("FREE_PORT_FIRST") + n
    }

    /// Process id of its Asterisk; a restart changes it.
    pub fn pid(&self) -> u32 {
        assignments(&self.dir.join("env"))["PID"].parse().expect("a process id")
    }

    /// What a CLI command prints.
    pub fn cli(&self, command: &str) -> String {
        text(&script(&self.dir, "cli", &[command]))
    }

    /// Channels that are up.
    pub fn channels(&self) -> usize {
        self.cli("core show channels concise").lines().filter(|line| line.contains('!')).count()
    }

    /// Waits until no channel is left.
    #[track_caller]
    pub fn quiet(&self, within: Duration) {
        eventually(within, || match self.cli("core show channels concise") {
            channels if channels.contains('!') => Err(channels),
            _ => Ok(()),
        });
    }

    /// Sets a global of the dialplan.
    pub fn set_global(&self, name: &str, value: &str) {
        self.cli(&format!("dialplan set global {name} {value}"));
    }

    /// A global of the dialplan.
    pub fn global(&self, name: &str) -> Option<String> {
        let all = self.cli("dialplan show globals");
        all.lines().find_map(|line| line.trim().strip_prefix(&format!("{name}="))).map(str::to_owned)
    }

    /// Its log so far: notices, warnings, errors, keys, and the dialplan as it runs.
    pub fn log(&self) -> String {
        let bytes = std::fs::read(self.dir.join("log/messages")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What the caller of this name heard, once the recording is closed.
    #[track_caller]
    pub fn heard(&self, caller: &str) -> Vec<f32> {
        self.recording(&format!("{caller}.heard.wav"))
    }

    /// What the caller of this name said, once the recording is closed.
    #[track_caller]
    pub fn said(&self, caller: &str) -> Vec<f32> {
        self.recording(&format!("{caller}.said.wav"))
    }

    #[track_caller]
    fn recording(&self, file: &str) -> Vec<f32> {
        let path = self.dir.join("recordings").join(file);
        eventually(Duration::from_secs(10), || super::audio::read_closed(&path))
    }

    /// One of Asterisk's own English prompts, such as `tt-weasels` (what the rig's operator says).
    #[track_caller]
    pub fn sound(&self, name: &str) -> Vec<f32> {
        let wav = PathBuf::from(self.var("SOUNDS")).join(format!("{name}.wav"));
        if wav.exists() {
            return super::audio::read(&wav);
        }
        let from = wav.with_extension("gsm");
        let to = self.dir.join("spool/tmp").join(format!("{}.wav", name.replace('/', "-")));
        self.cli(&format!("file convert {} {}", from.display(), to.display()));
        super::audio::read(&to)
    }

    /// SIGKILL.
    pub fn kill(&self) {
        script(&self.dir, "kill", &[]);
    }

    /// SIGSTOP: it holds its sockets and says nothing.
    pub fn freeze(&self) {
        script(&self.dir, "freeze", &[]);
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        script(&self.dir, "thaw", &[]);
    }

    /// Ends it if it runs, and starts it with the same ports and passwords.
    pub fn restart(&self) {
        script(&self.dir, "restart", &[]);
    }

    /// Records what the far end of the channel whose id ends so hears from now on, as [`Rig::heard`] of `name`.
    /// False while there is no such channel.
    pub fn record(&self, channel: &str, name: &str) -> bool {
        let channels = self.cli("core show channels concise");
        let Some(line) = channels.lines().find(|line| line.ends_with(channel)) else {
            return false;
        };
        let known = line.split('!').next().unwrap_or_default();
        let to = self.dir.join("recordings");
        let (both, heard) = (to.join(format!("{name}.wav")), to.join(format!("{name}.heard.wav")));
        self.cli(&format!("mixmonitor start {known} {},t({})", both.display(), heard.display()));
        true
    }

    /// A caller's endpoint and ports.
    #[track_caller]
    pub fn seat(&self) -> Seat {
        let mut seats = self.seats.lock().expect("the seats");
        let index = seats.iter().position(|taken| !taken).expect("a free caller's endpoint");
        seats[index] = true;
        let number = u16::try_from(index).expect("few callers");
        Seat {
            seats: Arc::clone(&self.seats),
            index,
            sip_port: self.port("CALLER_PORT_FIRST") + number,
            media_port: self.port("CALLER_MEDIA_FIRST") + 4 * number,
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = run(&self.dir, "stop", &[]);
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

fn run(dir: &Path, command: &str, arguments: &[&str]) -> std::io::Result<Output> {
    let rig = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rig/asterisk");
    Command::new(rig).arg(command).arg(dir).args(arguments).output()
}

#[track_caller]
fn script(dir: &Path, command: &str, arguments: &[&str]) -> Output {
    let output = run(dir, command, arguments).expect("tests/rig/asterisk runs");
    assert!(output.status.success(), "asterisk {command}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
