//! A PostgreSQL of the test's own, started by `tests/rig/postgres` and ended with the value.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use super::{assignments, scratch};

/// A running PostgreSQL cluster.
pub struct Postgres {
    dir: PathBuf,
    url: String,
}

impl Postgres {
    /// Starts one; panics with the script's words if that fails. `name` is for the directory only.
    #[track_caller]
    pub fn start(name: &str) -> Postgres {
        let dir = scratch("postgres", name);
        let output = script(&dir, &["start", "--owner", &std::process::id().to_string()]);
        assert!(output.status.success(), "postgres start: {}", String::from_utf8_lossy(&output.stderr));
        let url = assignments(&dir.join("env"))["DATABASE_URL"].clone();
        Postgres { dir, url }
    }

    /// URL of its database `stasisd`, which is empty.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// URL of another database of that name; it must be created first (`CREATE DATABASE`).
    pub fn url_of(&self, database: &str) -> String {
        let (server, _) = self.url.rsplit_once('/').expect("a URL with a database");
        format!("{server}/{database}")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let _ = script(&self.dir, &["stop"]);
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.dir);
        }
    }
}

fn script(dir: &Path, arguments: &[&str]) -> std::process::Output {
    let rig = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rig/postgres");
    let (command, options) = arguments.split_first().expect("a command");
    Command::new(rig).arg(command).arg(dir).args(options).output().expect("tests/rig/postgres runs")
}
