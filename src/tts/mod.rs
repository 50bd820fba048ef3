//! Speech: texts become sound files that Asterisk can play, once each, by whichever voice works.
//!
//! A text is cleaned, looked up in a cache that is addressed by content, rendered if it is new, and handed
//! out as ARI media URIs. Where no voice works, recorded prompts are heard instead.

mod cache;
mod deliver;
mod error;
mod espeak;
mod health;
mod key;
mod queue;
mod recorded;
mod report;
mod resample;
mod run;
mod speaker;
mod speech;
mod voice;
mod wav;

pub use error::{SpeechError, VoiceError};
pub use espeak::Espeak;
pub use report::{CacheReport, SpeechReport, VoiceReport};
pub use speech::{Source, Speech, Spoken};
pub use voice::{Audio, Voice};
