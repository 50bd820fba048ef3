//! Recorded prompts: `sounds/<language>/<name>.wav`, known from the start so that no call waits for the disk.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::{key::Key, wav};

/// What callers hear when not even a recording of the text exists.
pub(super) const LAST_RESORT: &str = "technical-problem";
/// The language of last resort.
const LAST_LANGUAGE: &str = "en";

/// A recorded prompt.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    /// Its address where Asterisk fetches prompts: changes when the file does.
    pub(super) key: Key,
    pub(super) path: PathBuf,
    pub(super) length: Duration,
}

/// All of them, by language and name.
#[derive(Debug, Default)]
pub(super) struct Recordings {
    directory: PathBuf,
    by_name: BTreeMap<String, BTreeMap<String, Recording>>,
    by_key: HashMap<Key, PathBuf>,
}

impl Recordings {
    /// Reads the directory. What is not 8 kHz mono 16-bit WAV with a plain name is skipped and logged.
    pub(super) fn open(directory: PathBuf) -> Self {
        let mut recordings = Self { directory, ..Self::default() };
        for (language, folder) in plain_entries(&recordings.directory) {
            let mut named = BTreeMap::new();
            for (file, path) in plain_entries(&folder) {
                let Some(name) = file.strip_suffix(".wav") else { continue };
                if let Some(recording) = read(&path) {
                    recordings.by_key.insert(recording.key, recording.path.clone());
                    named.insert(name.to_owned(), recording);
                } else {
                    tracing::warn!(path = %path.display(), "not an 8 kHz mono 16-bit WAV file, so never heard");
                }
            }
            recordings.by_name.insert(language, named);
        }
        recordings
    }

    /// The recordings of these names in the language, all or none of them.
    pub(super) fn named(&self, names: &[String], lang: &str) -> Option<Vec<&Recording>> {
        let all_in = |language: &str| -> Option<Vec<&Recording>> {
            let known = self.by_name.get(language)?;
            names.iter().map(|name| known.get(name)).collect()
        };
        languages(lang).iter().find_map(|language| all_in(language)).filter(|all| !all.is_empty())
    }

    /// The sentence that something is wrong, in the language or else in English.
    pub(super) fn last_resort(&self, lang: &str) -> Option<&Recording> {
        let mut tried = languages(lang);
        tried.push(LAST_LANGUAGE.to_owned());
        tried.iter().find_map(|language| self.by_name.get(language)?.get(LAST_RESORT))
    }

    /// The file behind an address.
    pub(super) fn file(&self, key: Key) -> Option<PathBuf> {
        self.by_key.get(&key).cloned()
    }

    /// Where they are.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The names in each language.
    pub(super) fn names(&self) -> BTreeMap<String, Vec<String>> {
        let names = |(lang, named): (&String, &BTreeMap<String, Recording>)| {
            (lang.clone(), named.keys().cloned().collect())
        };
        self.by_name.iter().map(names).collect()
    }
}

/// A tag and its first part: `en-gb`, `en`.
fn languages(lang: &str) -> Vec<String> {
    let tag = lang.to_ascii_lowercase().replace('_', "-");
    let primary = tag.split('-').next().unwrap_or_default().to_owned();
    vec![tag, primary]
}

/// What is in a folder, if its name can stand in a media URI as it is.
fn plain_entries(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let named = |entry: fs::DirEntry| Some((entry.file_name().into_string().ok()?, entry.path()));
    let mut plain: Vec<_> = entries.flatten().filter_map(named).collect();
    plain.retain(|(name, _)| is_plain(name.strip_suffix(".wav").unwrap_or(name)));
    plain
}

fn is_plain(name: &str) -> bool {
    let letters = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(letters)
}

fn read(path: &Path) -> Option<Recording> {
    let about = path.metadata().ok()?;
    let written = about.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let key = Key::of(&["recorded", path.to_str()?, &written.as_nanos().to_string()]);
    Some(Recording { key, path: path.to_owned(), length: wav::measure(path, 8000)? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tts::Audio;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn recordings(folder: &Path) -> Recordings {
        let sound = wav::encode(&Audio { rate: 8000, samples: vec![700; 4000] }).unwrap();
        for (language, name) in
            [("en", "welcome"), ("en", "goodbye"), ("en", LAST_RESORT), ("es", "welcome"), ("es", "Bad Name")]
        {
            fs::create_dir_all(folder.join(language)).unwrap();
            fs::write(folder.join(language).join(format!("{name}.wav")), &sound).unwrap();
        }
        fs::write(folder.join("es/broken.wav"), &sound[..200]).unwrap();
        Recordings::open(folder.to_owned())
    }

    #[test]
    fn all_or_none_in_one_language() {
        let folder = tempfile::tempdir().unwrap();
        let known = recordings(folder.path());
        let found = |wanted: &[&str], lang: &str| known.named(&names(wanted), lang).map(|found| found.len());
        assert_eq!(found(&["welcome", "goodbye"], "en_GB"), Some(2));
        assert_eq!(found(&["welcome"], "es"), Some(1));
        assert_eq!(found(&["welcome", "goodbye"], "es"), None, "not in another language");
        assert_eq!(found(&[], "en"), None);
        for bad in ["../en/welcome", "/etc/passwd", "Bad Name", "broken", ""] {
            assert_eq!(found(&[bad], "es"), None, "{bad}");
        }
        assert_eq!(found(&["welcome"], "../en"), None);
    }

    #[test]
    fn the_last_resort_is_english() {
        let folder = tempfile::tempdir().unwrap();
        let known = recordings(folder.path());
        let last = known.last_resort("ru").unwrap();
        assert!(last.path.ends_with("en/technical-problem.wav"));
        assert_eq!(last.length, Duration::from_millis(500));
        assert_eq!(known.file(last.key).as_ref(), Some(&last.path));
        assert!(Recordings::open(folder.path().join("none")).last_resort("en").is_none());
    }
}
