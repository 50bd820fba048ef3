//! Prompts as files: found at the start, written so that a crash leaves either all of one or nothing.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use crate::tts::{
    key::Key,
    wav::{self, HEADER},
};

/// A file that is a whole prompt.
pub(super) struct Found {
    pub(super) key: Key,
    pub(super) bytes: u64,
    pub(super) length: Duration,
    pub(super) written: SystemTime,
}

/// Makes names of unfinished files unique within the process.
static UNFINISHED: AtomicU64 = AtomicU64::new(0);

/// Makes the directory, readable by everybody: Asterisk runs as another user.
pub(super) fn make(directory: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o755).create(directory)
}

/// Reads the directory. Files that are not ours stay as they are; unfinished and broken ones of ours that
/// nobody can be writing any more are deleted.
pub(super) fn scan(directory: &Path, rate: u32, now: SystemTime) -> io::Result<Vec<Found>> {
    let mut found = Vec::new();
    for file in fs::read_dir(directory)?.flatten() {
        let name = file.file_name();
        let Some((name, about)) = name.to_str().zip(file.metadata().ok()) else { continue };
        if !about.is_file() {
            continue;
        }
        let written = about.modified().unwrap_or(now);
        let abandoned = now.duration_since(written).is_ok_and(|age| age > super::plan::IN_USE);
        if is_unfinished(name) {
            if abandoned {
                remove(&file.path());
            }
            continue;
        }
        let Some(key) = name.strip_suffix(&format!(".{}", wav::extension(rate))).and_then(Key::parse) else {
            continue;
        };
        match wav::measure(&file.path(), rate) {
            Some(length) => found.push(Found { key, bytes: about.len(), length, written }),
            None => remove(&file.path()),
        }
    }
    Ok(found)
}

/// Writes a prompt: a file of another name in the same directory, synced, then renamed.
pub(super) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let serial = UNFINISHED.fetch_add(1, Ordering::Relaxed);
    let name = format!(".{}.{}-{serial}.part", name.display(), std::process::id());
    let part = directory.join(name);
    let done = fill(&part, bytes).and_then(|()| fs::rename(&part, path));
    if done.is_err() {
        remove(&part);
    }
    done
}

fn fill(part: &PathBuf, bytes: &[u8]) -> io::Result<()> {
    let open = || OpenOptions::new().write(true).create_new(true).mode(0o644).open(part);
    let mut file: File = match open() {
        // Somebody cleaned up, the directory with it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            part.parent().map_or(Ok(()), make)?;
            open()?
        }
        other => other?,
    };
    file.write_all(bytes)?;
    file.sync_all()
}

/// Deletes a file of ours; one that is gone already is just as well.
pub(super) fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(path = %path.display(), %error, "a prompt cannot be deleted");
    }
}

/// Size of a prompt's file.
pub(super) fn size(samples: usize) -> u64 {
    (HEADER + 2 * samples) as u64
}

fn is_unfinished(name: &str) -> bool {
    let Some(name) = name.strip_prefix('.').and_then(|name| name.strip_suffix(".part")) else { return false };
    name.get(..64).is_some_and(|key| Key::parse(key).is_some())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::tts::Audio;

    fn sound() -> Vec<u8> {
        wav::encode(&Audio { rate: 8000, samples: vec![500; 800] }).unwrap()
    }

    #[test]
    fn written_whole_and_readable_by_all() {
        let folder = tempfile::tempdir().unwrap();
        let key = Key::of(&["a"]);
        let path = folder.path().join("deeper").join(format!("{key}.wav"));
        write(&path, &sound()).unwrap();
        write(&path, &sound()).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o644, 0o755));
        let found = scan(path.parent().unwrap(), 8000, SystemTime::now()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].key, found[0].length), (key, Duration::from_millis(100)));
        assert_eq!(found[0].bytes, size(800));
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing unfinished is left");
    }

    #[test]
    fn strangers_stay_and_broken_ones_go() {
        let folder = tempfile::tempdir().unwrap();
        let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).unwrap();
        let key = Key::of(&["a"]);
        put("notes.txt", b"mine");
        put("song.wav", &sound());
        put(&format!("{key}.wav16"), &sound());
        put(&format!("{key}.wav"), &sound()[..100]);
        put(&format!(".{key}.wav.1-0.part"), b"RIFF");
        fs::create_dir(folder.path().join(format!("{}.wav", Key::of(&["b"])))).unwrap();
        let names = || {
            let mut names: Vec<String> = fs::read_dir(folder.path())
                .unwrap()
                .map(|file| file.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        assert!(scan(folder.path(), 8000, SystemTime::now()).unwrap().is_empty());
        assert_eq!(names().len(), 5, "only the broken prompt is gone: {:?}", names());
        let later = SystemTime::now() + Duration::from_secs(3600);
        assert!(scan(folder.path(), 8000, later).unwrap().is_empty());
        assert!(!names().iter().any(|name| name.contains(".part")), "{:?}", names());
        assert!(names().contains(&"notes.txt".to_owned()) && names().contains(&"song.wav".to_owned()));
    }

    #[test]
    fn no_directory() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), b"").unwrap();
        let under_a_file = folder.path().join("file");
        assert!(make(&under_a_file).is_err());
        assert!(write(&under_a_file.join("x.wav"), b"").is_err());
        assert!(scan(&under_a_file, 8000, SystemTime::now()).is_err());
    }
}
