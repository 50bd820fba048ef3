//! The prompts that are kept: an index in memory over files named by their content.

mod disk;
mod plan;

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use self::plan::{Kept, Limits};
use super::{Audio, SpeechError, key::Key, wav};

/// How often a prompt's file is looked for again: somebody may clean the directory under us.
const LOOK_AGAIN: Duration = Duration::from_secs(60);
/// How often old prompts are looked for while the size is within its bound.
const SWEEP: Duration = Duration::from_secs(3600);

/// The cache. Its methods that touch the disk block.
#[derive(Debug)]
pub(super) struct Cache {
    directory: PathBuf,
    rate: u32,
    limits: Limits,
    index: Mutex<Index>,
}

#[derive(Debug)]
struct Index {
    prompts: HashMap<Key, Prompt>,
    /// Bytes of all prompts, those being written included.
    bytes: u64,
    swept: SystemTime,
}

#[derive(Clone, Copy, Debug)]
struct Prompt {
    bytes: u64,
    length: Duration,
    used: SystemTime,
    seen: SystemTime,
}

impl Cache {
    /// Makes the directory if it can and takes up what is in it. A directory that cannot be used is logged:
    /// callers then hear recorded prompts, which is better than no daemon.
    pub(super) fn open(
        directory: PathBuf,
        rate: u32,
        max_mib: u64,
        max_age_days: u64,
        now: SystemTime,
    ) -> Self {
        let found = disk::make(&directory).and_then(|()| disk::scan(&directory, rate, now));
        let found = found.unwrap_or_else(|error| {
            tracing::error!(
                directory = %directory.display(), %error,
                "the prompts' directory cannot be used, so only recorded prompts can be heard; \
                 see speech.cache_directory"
            );
            Vec::new()
        });
        let prompts: HashMap<_, _> = found
            .into_iter()
            .map(|file| {
                let used = file.written;
                (file.key, Prompt { bytes: file.bytes, length: file.length, used, seen: now })
            })
            .collect();
        let bytes = prompts.values().map(|prompt| prompt.bytes).sum();
        let limits = Limits {
            max_bytes: max_mib.saturating_mul(1 << 20),
            max_age: Duration::from_secs(max_age_days.saturating_mul(86_400)),
        };
        // The first prompt written sweeps what expired while nobody looked.
        let index = Index { prompts, bytes, swept: SystemTime::UNIX_EPOCH };
        Self { directory, rate, limits, index: Mutex::new(index) }
    }

    /// Where prompts are.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The length of a kept prompt, which counts as used now. The disk is touched once a minute at most.
    pub(super) fn get(&self, key: Key, now: SystemTime) -> Option<Duration> {
        let mut index = self.lock();
        let prompt = index.prompts.get_mut(&key)?;
        if now.duration_since(prompt.seen).is_ok_and(|since| since > LOOK_AGAIN) {
            let there = self.path(key).metadata().is_ok_and(|about| about.len() == prompt.bytes);
            if !there {
                let bytes = prompt.bytes;
                index.prompts.remove(&key);
                index.bytes = index.bytes.saturating_sub(bytes);
                return None;
            }
            prompt.seen = now;
        }
        prompt.used = now;
        Some(prompt.length)
    }

    /// Keeps a prompt, deleting others if it needs their room. Blocks on the disk.
    pub(super) fn put(&self, key: Key, audio: &Audio, now: SystemTime) -> Result<Duration, SpeechError> {
        let refused =
            |why: String| SpeechError::CacheWrite { path: self.directory.display().to_string(), why };
        let bytes = disk::size(audio.samples.len());
        let gone = self.reserve(bytes, now)?;
        for old in gone {
            disk::remove(&self.path(old));
        }
        let written = wav::encode(audio)
            .map_err(|error| error.to_string())
            .and_then(|file| disk::write(&self.path(key), &file).map_err(|error| error.to_string()));
        let mut index = self.lock();
        if let Err(why) = written {
            index.bytes = index.bytes.saturating_sub(bytes);
            return Err(refused(why));
        }
        let prompt = Prompt { bytes, length: audio.length(), used: now, seen: now };
        if let Some(before) = index.prompts.insert(key, prompt) {
            index.bytes = index.bytes.saturating_sub(before.bytes);
        }
        Ok(prompt.length)
    }

    /// Takes room for a new prompt. Gives those that must go for it, no longer in the index.
    fn reserve(&self, room: u64, now: SystemTime) -> Result<Vec<Key>, SpeechError> {
        let mut index = self.lock();
        let swept = now.duration_since(index.swept).is_ok_and(|since| since < SWEEP);
        let mut gone = Vec::new();
        if !swept || index.bytes + room > self.limits.max_bytes {
            index.swept = now;
            let kept =
                |(key, prompt): (&Key, &Prompt)| Kept { key: *key, bytes: prompt.bytes, used: prompt.used };
            gone = plan::evict(index.prompts.iter().map(kept).collect(), room, self.limits, now);
            for key in &gone {
                let bytes = index.prompts.remove(key).map_or(0, |prompt| prompt.bytes);
                index.bytes = index.bytes.saturating_sub(bytes);
            }
        }
        if index.bytes + room > self.limits.max_bytes {
            drop(index);
            for key in gone {
                disk::remove(&self.path(key));
            }
            return Err(SpeechError::CacheFull { mib: self.limits.max_bytes >> 20 });
        }
        index.bytes += room;
        Ok(gone)
    }

    /// The file of a kept prompt.
    pub(super) fn path(&self, key: Key) -> PathBuf {
        self.directory.join(format!("{key}.{}", wav::extension(self.rate)))
    }

    /// Prompts, their bytes, and the bound.
    pub(super) fn fill(&self) -> (usize, u64, u64) {
        let index = self.lock();
        (index.prompts.len(), index.bytes, self.limits.max_bytes)
    }

    /// Tries to write to the directory. Blocks.
    pub(super) fn try_write(&self) -> Result<(), String> {
        let probe = self.directory.join(format!(".{}.probe", Key::of(&["probe"])));
        let tried = disk::write(&probe, b"probe").map_err(|error| error.to_string());
        disk::remove(&probe);
        tried
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        // Each change leaves the index whole, so a panic elsewhere says nothing about it.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second() -> Audio {
        Audio { rate: 8000, samples: vec![900; 8000] }
    }

    fn key(n: usize) -> Key {
        Key::of(&[&n.to_string()])
    }

    #[test]
    fn kept_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        let open = || Cache::open(folder.path().to_owned(), 8000, 1, 1, now);
        let cache = open();
        assert_eq!(cache.get(key(1), now), None);
        assert_eq!(cache.put(key(1), &second(), now), Ok(Duration::from_secs(1)));
        assert_eq!(cache.get(key(1), now), Some(Duration::from_secs(1)));
        assert_eq!(open().get(key(1), now), Some(Duration::from_secs(1)));
        assert_eq!(open().fill(), (1, 16_044, 1 << 20));
    }

    #[test]
    fn bounded_and_never_short_of_what_is_in_use() {
        let folder = tempfile::tempdir().unwrap();
        let start = SystemTime::now();
        let cache = Cache::open(folder.path().to_owned(), 8000, 1, 1, start);
        let fits = (1 << 20) / 16_044;
        for n in 0..fits {
            cache.put(key(n), &second(), start).unwrap();
        }
        assert_eq!(cache.put(key(fits), &second(), start), Err(SpeechError::CacheFull { mib: 1 }));
        let later = start + Duration::from_secs(660);
        assert!(cache.get(key(0), later).is_some());
        cache.put(key(fits), &second(), later).unwrap();
        let (count, bytes, max) = cache.fill();
        assert!(bytes <= max / 10 * 9 + 16_044 && count < fits, "{bytes} in {count}");
        assert!(cache.get(key(0), later).is_some(), "used just now");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), count);
    }

    #[test]
    fn files_deleted_under_us_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let now = SystemTime::now();
        let cache = Cache::open(folder.path().join("prompts"), 8000, 1, 1, now);
        cache.put(key(1), &second(), now).unwrap();
        std::fs::remove_dir_all(folder.path().join("prompts")).unwrap();
        let later = now + Duration::from_secs(120);
        assert_eq!(cache.get(key(1), later), None);
        assert_eq!(cache.fill().1, 0);
        assert!(cache.put(key(1), &second(), later).is_ok(), "the directory is made again");
    }

    #[test]
    fn a_directory_that_cannot_be_written() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), b"").unwrap();
        let now = SystemTime::now();
        let cache = Cache::open(folder.path().join("file"), 8000, 1, 1, now);
        assert!(matches!(cache.put(key(1), &second(), now), Err(SpeechError::CacheWrite { .. })));
        assert_eq!(cache.fill().1, 0);
        assert!(cache.try_write().is_err());
    }
}
