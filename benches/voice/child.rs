//! A process that only speaks: a text in by line, a line of JSON out. Ours is this program itself.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{ChildStdin, ChildStdout, Command, Stdio},
    sync::Arc,
    time::Instant,
};

use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use stasisd::{
    config::{Config, PiperConfig},
    tts::{Piper, PiperParts, Source, Speech, Spoken, Voice},
};

use crate::support;

/// The argument that makes this program the child.
pub const ARGUMENT: &str = "--voice-child";

/// What one text came to.
#[derive(Debug, Serialize, Deserialize)]
pub struct Said {
    pub first_ms: f64,
    pub total_ms: f64,
    pub audio_secs: f64,
    /// Files, in their order; none from Python.
    #[serde(default)]
    pub files: Vec<PathBuf>,
}

/// The process.
pub struct Child {
    process: std::process::Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Child {
    /// This program, with a voice on so many threads.
    pub fn ours(threads: usize) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args([ARGUMENT, &threads.to_string()]);
        Self::start(command)
    }

    /// Starts it and waits for its first line, by which its model is loaded.
    pub fn start(mut command: Command) -> Self {
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the voice's process");
        let input = process.stdin.take().expect("a pipe");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        let mut child = Self { process, input, output };
        child.line();
        child
    }

    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    pub fn say(&mut self, text: &str) -> Said {
        writeln!(self.input, "{text}").expect("the child listens");
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("the child answers");
        assert!(!line.is_empty(), "the voice's process has ended");
        line
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The child's own work.
pub fn run(threads: usize) {
    let folder = support::scratch("bench", "voice");
    let mut config = Config::defaults().expect("the defaults").speech;
    config.cache_directory = folder.join("prompts");
    config.sounds_directory = folder.join("none");
    let joe = PiperConfig { threads, ..PiperConfig::of("en", support::voice::model()) };
    let library = support::voice::runtime();
    let parts = PiperParts { espeak: Path::new("espeak-ng"), runtime: &library, installed: &folder };
    let voice: Arc<dyn Voice> = Arc::new(Piper::new("joe", &joe, parts));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut number = 0;
    let mut say = |text: &str| {
        // A cache of its own for each text: a part that was said before would be there at once.
        number += 1;
        config.cache_directory = folder.join(number.to_string());
        let speech = Speech::with_voices(&config, "", vec![Arc::clone(&voice)]).expect("speech");
        runtime.block_on(say_in(&speech, text))
    };
    say("One, two, three, that is the first.");
    println!("ready");
    for line in std::io::stdin().lines() {
        let said = say(&line.expect("a line"));
        println!("{}", serde_json::to_string(&said).expect("JSON"));
    }
    let _ = std::fs::remove_dir_all(folder);
}

async fn say_in(speech: &Speech, text: &str) -> Said {
    let begun = Instant::now();
    let ms = || begun.elapsed().as_secs_f64() * 1000.0;
    let (first, rest) = speech.begin(text, "en", &[]).await.expect("the voice speaks");
    let first_ms = ms();
    let rest: Vec<Spoken> = match rest {
        Some(rest) => rest.map(|part| part.expect("the voice goes on")).collect().await,
        None => Vec::new(),
    };
    let total_ms = ms();
    let whole = rest.into_iter().fold(first, Spoken::and);
    assert_eq!(whole.source, Source::Voice("joe".into()));
    let files =
        whole.media.iter().map(|media| PathBuf::from(format!("{}.wav", media.trim_start_matches("sound:"))));
    Said { first_ms, total_ms, audio_secs: whole.length.as_secs_f64(), files: files.collect() }
}
