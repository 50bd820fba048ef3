//! ONNX Runtime: found, looked at, and loaded once for the process.

use std::{
    fmt,
    fs::{self, File},
    io::Read as _,
    os::unix::process::ExitStatusExt as _,
    panic,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use ort::environment::Environment;
use tokio::{sync::oneshot, time::timeout};

use super::gate::Gate;
use crate::tts::VoiceError;

/// Where distributions and people put libraries.
const USUAL: [&str; 5] =
    ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/local/lib", "/usr/lib", "/usr/lib64"];
/// What an ELF file begins with.
const ELF: &[u8; 4] = b"\x7fELF";

/// The one that is loaded: a process can have one, and keeps it.
static LOADED: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);
/// A library that takes longer than this to be loaded hangs.
const LIMIT_SECS: u64 = 15;

/// Where the library is: as set, as `ORT_DYLIB_PATH` says, where `stasisd voice install` puts it, or in the
/// usual places.
pub(super) fn find(set: &Path, installed: &Path) -> Option<PathBuf> {
    if !set.as_os_str().is_empty() {
        return Some(set.to_owned());
    }
    if let Some(path) = std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()) {
        return Some(path.into());
    }
    std::iter::once(installed).chain(USUAL.iter().map(Path::new)).find_map(in_folder)
}

/// The newest `libonnxruntime.so*` of a folder, by name.
fn in_folder(folder: &Path) -> Option<PathBuf> {
    let is_it = |name: &str| {
        let rest = name.strip_prefix("libonnxruntime.so");
        rest.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit() || b == b'.'))
    };
    let names = fs::read_dir(folder).ok()?.flatten().filter_map(|file| file.file_name().into_string().ok());
    names.filter(|name| is_it(name)).max().map(|name| folder.join(name))
}

/// Loads it, or gives what is loaded. Blocks, for half a minute at worst: call it on a thread that nobody waits
/// for without a deadline.
pub(super) fn load(path: &Path, gate: &Gate) -> Result<Environment, VoiceError> {
    look_at(path)?;
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((before, environment)) = &*loaded {
        if before == path && gate.enter() {
            return Ok(environment.clone());
        }
        return Err(wrong(
            path,
            format!("{} is loaded already, so restart to use this one", before.display()),
        ));
    }
    try_in_a_child(path)?;
    if !gate.enter() {
        return Err(wrong(path, "we are ending"));
    }
    // A library of another kind may make ort panic, which is its error too.
    let tried = panic::catch_unwind(|| {
        let builder = ort::init_from(path).map_err(|error| wrong(path, error))?;
        builder.with_name("stasisd").with_telemetry(false).build().map_err(|error| wrong(path, error))
    });
    let environment = tried.unwrap_or_else(|_| Err(wrong(path, "it is no ONNX Runtime that works here")))?;
    *loaded = Some((path.to_owned(), environment.clone()));
    Ok(environment)
}

/// Loads a library to see whether it works, on a thread that is left behind if it does not come back.
pub(in crate::tts) async fn try_out(path: &Path, limit: Duration) -> Result<(), VoiceError> {
    let (tell, told) = oneshot::channel();
    let owned = path.to_owned();
    let spawned = thread::Builder::new().spawn(move || tell.send(load(&owned, &Gate::default()).map(drop)));
    spawned.map_err(|error| wrong(path, error))?;
    match timeout(limit, told).await {
        Ok(tried) => tried.unwrap_or_else(|_| Err(wrong(path, "loading it failed"))),
        Err(_) => Err(VoiceError::Hangs(limit.as_secs())),
    }
}

/// What can be known without loading it: a pipe in its place would hang the loader, and everything with it.
fn look_at(path: &Path) -> Result<(), VoiceError> {
    let about = path.metadata().map_err(|error| wrong(path, error))?;
    if !about.is_file() {
        return Err(wrong(path, "it is no file"));
    }
    let mut begin = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    if read.is_err() || begin != *ELF {
        return Err(wrong(path, "it is no shared library"));
    }
    Ok(())
}

/// Lets another program load it first. One that hangs or crashes in the loader would take the daemon along: the C
/// library wants the loader's lock for each new thread, and at a process's end.
fn try_in_a_child(path: &Path) -> Result<(), VoiceError> {
    let Some(name) = path.to_str().filter(|name| !name.contains([' ', ':'])) else {
        return Err(wrong(path, "a space or a colon is in its path; rename it"));
    };
    let tried = Command::new("timeout")
        .args(["-s", "KILL", &LIMIT_SECS.to_string(), "env", &format!("LD_PRELOAD={name}"), "true"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    // By the shell's rule for what a signal ended.
    let code = tried.map(|status| status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default()));
    match code {
        Ok(137) => Err(VoiceError::Hangs(LIMIT_SECS)),
        Ok(128..) => Err(wrong(path, "a program that loads it crashes")),
        // What else is wrong with it the loader says best.
        Ok(_) => Ok(()),
        Err(error) => Err(wrong(path, format!("it cannot be tried: `timeout`: {error}"))),
    }
}

fn wrong(path: &Path, why: impl fmt::Display) -> VoiceError {
    VoiceError::Runtime { path: path.display().to_string(), why: why.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_where_it_is_set_and_where_it_was_installed() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = folder.path().join("none");
        for name in ["libonnxruntime.so.1.30.0", "libonnxruntime.so.1.31.1", "libonnxruntime.so.part", "x.so"]
        {
            fs::write(folder.path().join(name), b"").unwrap();
        }
        assert_eq!(find(&nowhere, folder.path()), Some(nowhere.clone()), "what is set is not doubted");
        assert_eq!(in_folder(folder.path()), Some(folder.path().join("libonnxruntime.so.1.31.1")));
        assert_eq!(in_folder(&nowhere), None);
    }

    #[test]
    fn looked_at_before_it_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text.so");
        fs::write(&text, "no library").unwrap();
        for (path, expected) in [
            (folder.path().join("none"), "No such file"),
            (folder.path().to_owned(), "no file"),
            (text, "no shared library"),
        ] {
            let error = load(&path, &Gate::default()).err().unwrap().to_string();
            assert!(error.contains(expected) && error.contains("voice install"), "{error}");
        }
    }
}
