//! A PostgreSQL of the tests' own: reached by a socket in its directory alone, gone with the test program.

use std::{
    fs,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// PostgreSQL refuses root; a test program that runs as root starts it as Debian's `nobody`.
const NOBODY: u32 = 65_534;

/// A running cluster.
pub struct Postgres {
    directory: PathBuf,
    programs: PathBuf,
    databases: AtomicU32,
    /// `CREATE DATABASE` copies a template that nobody else may be using.
    creating: Mutex<()>,
    /// Stops the cluster and removes it when its standard input closes, however this program ends.
    keeper: Child,
}

impl Postgres {
    /// The cluster that the tests of one program share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::start("shared"))
    }

    /// Starts a cluster; `what` is part of its directory's name.
    ///
    /// # Panics
    /// If there is no PostgreSQL on this machine: that is a failure, not a reason to skip.
    pub fn start(what: &str) -> Self {
        let programs = programs();
        let directory = std::env::temp_dir().join(format!("stasisd-pg-{what}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).expect("a directory for PostgreSQL");
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o700)).expect("its mode");
        if is_root() {
            chown(&directory, Some(NOBODY), Some(NOBODY)).expect("its owner");
        }
        let data = directory.join("data");
        run(as_user(&programs.join("initdb"))
            .args(["--auth=trust", "--username=stasisd", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(&data));
        let settings = format!(
            "listen_addresses = ''\nunix_socket_directories = '{}'\nfsync = off\nmax_connections = 100\n",
            directory.display()
        );
        let file = data.join("postgresql.conf");
        let text = fs::read_to_string(&file).expect("postgresql.conf");
        fs::write(file, text + &settings).expect("postgresql.conf");
        let keeper = Command::new("sh")
            .args(["-c", "cat; \"$1\" -D \"$2/data\" -m immediate -w stop; rm -rf \"$2\"", "keeper"])
            .arg(programs.join("pg_ctl"))
            .arg(&directory)
            .uid(if is_root() { NOBODY } else { user() })
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh");
        let cluster =
            Self { directory, programs, databases: AtomicU32::new(0), creating: Mutex::new(()), keeper };
        cluster.up();
        cluster
    }

    /// Starts it again after [`Postgres::kill`].
    pub fn up(&self) {
        run(self.control().arg("-l").arg(self.directory.join("log")).args(["-w", "start"]));
    }

    /// Stops it as a power failure would: no goodbye to anybody.
    pub fn kill(&self) {
        run(self.control().args(["-m", "immediate", "-w", "stop"]));
    }

    /// Makes an empty database and gives its URL.
    pub fn database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let _one_at_a_time = self.creating.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        run(as_user(&self.programs.join("createdb"))
            .arg("--host")
            .arg(&self.directory)
            .args(["--username=stasisd", &name]));
        format!("postgres://stasisd@localhost/{name}?host={}", self.directory.display())
    }

    fn control(&self) -> Command {
        let mut command = as_user(&self.programs.join("pg_ctl"));
        command.arg("-D").arg(self.directory.join("data"));
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn as_user(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").stdin(Stdio::null());
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// Runs it to its end and fails with what it said. The output goes to files: a server that inherits a pipe
/// would keep it open.
fn run(command: &mut Command) {
    let name = command.get_program().to_owned();
    let said = super::temp::TempDir::new("said");
    let file = fs::File::create(said.path().join("output")).expect("a file");
    let status = command
        .stdout(file.try_clone().expect("a file"))
        .stderr(file)
        .status()
        .expect("PostgreSQL's programs");
    let output = fs::read_to_string(said.path().join("output")).unwrap_or_default();
    assert!(status.success(), "{} failed: {output}", name.display());
}

/// Where `initdb` is: the newest of Debian's versions, else what `pg_config` names.
fn programs() -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> =
        debian.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").exists()).collect();
    found.sort();
    found.pop().or_else(of_pg_config).expect("PostgreSQL is missing: apt-get install postgresql-15")
}

fn of_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let bin = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    bin.join("initdb").exists().then_some(bin)
}

fn is_root() -> bool {
    user() == 0
}

/// The user that this program runs as: the owner of its own entry in /proc.
fn user() -> u32 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").map(|entry| entry.uid()).expect("/proc")
}
