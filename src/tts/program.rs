//! One run of `espeak-ng`: text in by its standard input, WAV or phonemes out by its standard output.

use std::{borrow::Cow, env, io, os::unix::process::ExitStatusExt as _, path::Path, process::Stdio};

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

/// The program with pipes, and as little of our environment as it needs. Dropping its process kills it.
pub(super) fn command(program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(&*found(program));
    // The text goes in by its standard input, so that no text can be an option.
    command
        .args(arguments)
        .env_clear()
        .envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))))
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// Runs it once. Dropping the future kills the process.
async fn run_once(request: &Request<'_>) -> Result<Vec<u8>, VoiceError> {
    let mut command = command(request.program, request.arguments);
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

/// Where a program is that goes by its bare name. A program with a path is spawned, one that is yet to be found is forked
/// for, which copies the tables of all the memory that models take: milliseconds for each text.
fn found(program: &Path) -> Cow<'_, Path> {
    let is_bare = program.components().count() == 1 && !program.has_root();
    let places = env::var_os("PATH").filter(|_| is_bare).unwrap_or_default();
    let place = env::split_paths(&places).map(|place| place.join(program)).find(|path| path.is_file());
    place.map_or(Cow::Borrowed(program), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_by_their_names() {
        let sh = found(Path::new("sh"));
        assert!(sh.is_absolute() && sh.ends_with("sh"), "{sh:?}");
        for same in ["/bin/sh", "no-such-program-anywhere", "./sh"] {
            assert_eq!(*found(Path::new(same)), *Path::new(same));
        }
    }
}
