//! One run of `espeak-ng`: text in by its standard input, WAV or phonemes out by its standard output.

use std::{io, os::unix::process::ExitStatusExt as _, path::Path, process::Stdio};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
};

use crate::tts::VoiceError;

/// Longest speech, seconds.
const LONGEST_SECS: u64 = 600;
/// Bytes of output that are read: that long at 24 kHz.
const MOST_OUTPUT: u64 = LONGEST_SECS * 2 * 24_000;
/// Bytes of its complaints that are read.
const MOST_COMPLAINTS: u64 = 4096;
/// What it may know of our environment, which holds secrets too.
const ENVIRONMENT: [&str; 4] = ["PATH", "LANG", "ESPEAK_DATA_PATH", "LD_LIBRARY_PATH"];

/// What to run.
pub(super) struct Request<'a> {
    pub(super) program: &'a Path,
    /// Its arguments; never a text from outside.
    pub(super) arguments: &'a [&'a str],
    pub(super) text: &'a str,
}

/// Runs it, and once more if it was killed: the out-of-memory killer, or an operator's slip; a second time it
/// is no accident.
pub(super) async fn run(request: &Request<'_>) -> Result<Vec<u8>, VoiceError> {
    match run_once(request).await {
        Err(VoiceError::Killed(_)) => run_once(request).await,
        other => other,
    }
}

/// Runs it once. Dropping the future kills the process.
async fn run_once(request: &Request<'_>) -> Result<Vec<u8>, VoiceError> {
    let mut command = Command::new(request.program);
    // The text goes in by its standard input, so that no text can be an option.
    command
        .args(request.arguments)
        .env_clear()
        .envs(ENVIRONMENT.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| VoiceError::Absent {
        program: request.program.display().to_string(),
        why: error.to_string(),
    })?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = pipes else {
        return Err(VoiceError::Pipe("it has no pipes".to_owned()));
    };
    let pipe = |error: io::Error| VoiceError::Pipe(error.to_string());
    let tell = async move {
        // It may end before it has read all; its status tells why.
        let _ = stdin.write_all(request.text.as_bytes()).await;
        let _ = stdin.write_all(b"\n").await;
        Ok(())
    };
    let hear = async move {
        let mut sound = Vec::new();
        stdout.take(MOST_OUTPUT + 1).read_to_end(&mut sound).await.map_err(pipe)?;
        if sound.len() as u64 > MOST_OUTPUT { Err(VoiceError::TooLong(LONGEST_SECS)) } else { Ok(sound) }
    };
    let listen = async move {
        let mut complaints = Vec::new();
        stderr.take(MOST_COMPLAINTS).read_to_end(&mut complaints).await.map_err(pipe)?;
        Ok(complaints)
    };
    // One that goes too far ends all three, and the process with them.
    let ((), sound, complaints) = tokio::try_join!(tell, hear, listen)?;
    let status = child.wait().await.map_err(pipe)?;
    match (status.signal(), status.code()) {
        (Some(signal), _) => Err(VoiceError::Killed(format!("signal {signal}"))),
        (None, Some(0)) => Ok(sound),
        (None, code) => {
            let says = String::from_utf8_lossy(&complaints);
            let says = says.lines().next().unwrap_or("nothing").chars().take(200).collect();
            Err(VoiceError::Failed { status: code.unwrap_or(-1), says })
        }
    }
}
