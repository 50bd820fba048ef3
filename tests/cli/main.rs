//! The program from outside: what it prints, and the code it exits with.

#![allow(clippy::pedantic, clippy::unwrap_used, clippy::expect_used, reason = "tests speak by panicking")]

mod call;
mod commands;
mod contacts;
mod daemon;
mod doctor;
mod guide;
mod helpline;
mod layers;
mod messages;
mod people;
mod rules;
#[allow(dead_code, reason = "each test binary uses its own part")]
#[path = "../support/voice.rs"]
mod the_voice;
mod timetable;
mod voice;
#[path = "../support/week.rs"]
mod week;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use tempfile::TempDir;

/// A folder with a configuration in it, and the program that reads it.
struct Place {
    folder: TempDir,
}

/// What a run said.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Place {
    /// A folder whose `stasisd.toml` holds `text`, with a password, so that nothing is wrong but what the
    /// test makes wrong.
    fn with(text: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write("password", "a secret of ours\n");
        place.write("stasisd.toml", text);
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// The program, with this configuration and nothing of the tester's own environment.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stasisd"));
        command.env_clear().env("STASISD_CONFIG", self.path("stasisd.toml"));
        command.env("STASISD_ARI__PASSWORD_FILE", self.path("password")).args(arguments);
        // espeak-ng is looked for there.
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // What `make install` puts below /etc and /usr/share.
        let top = Path::new(env!("CARGO_MANIFEST_DIR"));
        command.env("STASISD_SPEECH__SOUNDS_DIRECTORY", top.join("sounds"));
        let own = self.path("flows");
        command.env("STASISD_FLOWS__DIRECTORY", if own.exists() { own } else { top.join("config/flows") });
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(&self.command(arguments).output().unwrap())
    }
}

fn said(output: &Output) -> Said {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
}

impl Said {
    /// Ended with `code`, having said each of `words` on standard output or error.
    #[track_caller]
    fn is(&self, code: i32, words: &[&str]) {
        let Self { code: got, out, err } = self;
        assert_eq!(*got, Some(code), "out: {out}\nerr: {err}");
        for word in words {
            assert!(out.contains(word) || err.contains(word), "{word:?} is missing\nout: {out}\nerr: {err}");
        }
    }
}
