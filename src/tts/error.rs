//! What can go wrong when something is to be said.

use crate::spoken::Unspeakable;

/// Why a voice did not render a text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoiceError {
    /// Its program cannot be started.
    #[error("{program} cannot be started ({why}); install it, or set speech.espeak_program to its path")]
    Absent {
        /// As configured.
        program: String,
        /// The system's words.
        why: String,
    },
    /// ONNX Runtime cannot be used.
    #[error(
        "ONNX Runtime cannot be loaded from {path} ({why}); `stasisd voice install onnxruntime-….whl` puts it in \
         place, speech.onnxruntime names it elsewhere"
    )]
    Runtime {
        /// Where it should be.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// A model or its description cannot be used.
    #[error("the model cannot be used: {path}: {why}")]
    Model {
        /// The file that is wrong.
        path: String,
        /// What is wrong with it.
        why: String,
    },
    /// Runtime or model do not come back from being loaded.
    #[error("it has been loading for {0} s; see whether its files are on a disk that hangs")]
    Hangs(u64),
    /// It does not speak the language.
    #[error("it does not speak {0:?}")]
    Language(String),
    /// Its program was killed, twice.
    #[error("its program was killed ({0}); see whether the machine ran out of memory")]
    Killed(String),
    /// Its program ended with an error.
    #[error("its program failed with status {status}: {says}")]
    Failed {
        /// Exit status.
        status: i32,
        /// First line of what it said.
        says: String,
    },
    /// Its output is no sound we know.
    #[error("its output is not mono 16-bit WAV: {0}")]
    Garbled(&'static str),
    /// Talking to its program failed.
    #[error("its program cannot be talked to: {0}")]
    Pipe(String),
    /// The text gives more sound than a prompt may have.
    #[error("the text would be spoken for more than {0} s")]
    TooLong(u64),
    /// The text gives no sound.
    #[error("nothing is heard of the text; is it in a script that the voice knows?")]
    Silent,
}

impl VoiceError {
    /// Whether the voice is to blame, and not the text.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        !matches!(self, Self::Language(_) | Self::TooLong(_) | Self::Silent)
    }
}

/// Why nothing can be played.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpeechError {
    /// A setting makes no sense.
    #[error("speech.{key}: {why}")]
    Setting {
        /// Key within `[speech]`.
        key: &'static str,
        /// What is wrong and how to mend it.
        why: String,
    },
    /// The text cannot be spoken.
    #[error(transparent)]
    Text(#[from] Unspeakable),
    /// There is no voice for the language, or all are set aside.
    #[error("no voice for {language:?} works; see speech.voices, and try `stasisd doctor`")]
    NoVoice {
        /// The language asked for.
        language: String,
    },
    /// A voice failed.
    #[error("the voice {voice}: {error}")]
    Voice {
        /// Its name.
        voice: String,
        /// What happened.
        error: VoiceError,
    },
    /// A rendering was not ready in time.
    #[error("the voice {voice} gave no sound within {millis} ms; see speech.render_timeout_ms")]
    Deadline {
        /// Its name.
        voice: String,
        /// The deadline.
        millis: u64,
    },
    /// Too many texts wait for a voice.
    #[error("{waiting} texts wait for a voice already; see speech.queue and speech.workers")]
    QueueFull {
        /// How many.
        waiting: usize,
    },
    /// Everything in the cache is in use.
    #[error("the prompts of the last minutes fill the cache; raise speech.cache_max_mib above {mib}")]
    CacheFull {
        /// The limit.
        mib: u64,
    },
    /// A prompt cannot be written.
    #[error("a prompt cannot be written to {path}: {why}; see speech.cache_directory")]
    CacheWrite {
        /// Directory.
        path: String,
        /// The system's words.
        why: String,
    },
    /// Neither a voice nor a recording.
    #[error("{cause}; and no recorded prompt for {language:?} is in {sounds}")]
    NothingRecorded {
        /// Why no voice spoke.
        cause: Box<SpeechError>,
        /// The language asked for.
        language: String,
        /// Where recordings were looked for.
        sounds: String,
    },
}
