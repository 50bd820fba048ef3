//! Speech: texts become sound files that Asterisk can play, once each, by whichever voice works.
//!
//! A text is cleaned, looked up in a cache that is addressed by content, rendered if it is new, and handed
//! out as ARI media URIs. Where no voice works, recorded prompts are heard instead.

mod cache;
mod deliver;
mod error;
mod espeak;
mod health;
mod install;
mod key;
mod parts;
mod piper;
mod program;
mod queue;
mod recorded;
mod report;
mod resample;
mod run;
mod speaker;
mod speech;
mod stream;
mod utter;
mod voice;
mod voices;
mod wav;

pub use error::{SpeechError, VoiceError};
pub use espeak::Espeak;
pub use install::{InstallError, Installed, install};
pub use piper::{Piper, PiperParts};
pub use report::{CacheReport, SpeechReport, VoiceReport};
pub use speech::{Source, Speech, Spoken};
pub use stream::Rest;
pub use utter::Uttered;
pub use voice::{Audio, Voice};

/// Reads a lexicon file (`speech.lexicon`) to see whether it is good.
///
/// # Errors
/// What is wrong with it.
pub fn try_lexicon(path: &std::path::Path) -> Result<(), SpeechError> {
    voices::lexicons(path).map(drop)
}
