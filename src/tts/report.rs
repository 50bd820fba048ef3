//! What `doctor` tells of speech: which voices speak, the cache, the recordings.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

/// The state of speech.
#[derive(Clone, Debug)]
pub struct SpeechReport {
    /// Each configured voice, in the order in which they are tried.
    pub voices: Vec<VoiceReport>,
    /// The prompts that are kept.
    pub cache: CacheReport,
    /// Where recordings are.
    pub sounds_directory: PathBuf,
    /// The recordings' names by language.
    pub sounds: BTreeMap<String, Vec<String>>,
}

/// One voice.
#[derive(Clone, Debug)]
pub struct VoiceReport {
    /// Its name.
    pub name: String,
    /// How long it took to say a word just now, or why it could not.
    pub speaks: Result<Duration, String>,
    /// Its last failure in a call since it last spoke.
    pub last_error: Option<String>,
}

/// The cache.
#[derive(Clone, Debug)]
pub struct CacheReport {
    /// Where it is.
    pub directory: PathBuf,
    /// Prompts in it.
    pub prompts: usize,
    /// Their bytes.
    pub bytes: u64,
    /// The bound.
    pub max_bytes: u64,
    /// Whether a file could be written just now, or why not.
    pub writable: Result<(), String>,
}
