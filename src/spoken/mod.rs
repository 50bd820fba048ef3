//! What a voice is given: values as words of a language, and any text made fit to be spoken.
//!
//! Everything here is a pure function. A language is named by its tag (`en`, `es-ES`, `ru_RU`); English,
//! Spanish, Catalan and Russian are known, every other one gets plain digits, which its voice reads.
//! Digits stay digits wherever a voice reads them right, so that transcripts stay readable; words stand
//! where gender, number or a voice's known mistakes ask for them.

mod currency;
mod date;
mod duration;
mod language;
mod lexicon;
mod lexicons;
mod list;
mod money;
mod noun;
mod number;
mod ordinal;
mod sentences;
mod speakable;
mod spell;
mod time;
mod words;

pub use date::date;
pub use duration::duration;
pub use language::Language;
pub use lexicon::Lexicon;
pub use lexicons::Lexicons;
pub use list::list;
pub use money::money;
pub use number::number;
pub use ordinal::ordinal;
pub use sentences::sentences;
pub use speakable::{LONGEST_TEXT, Unspeakable, speakable, speakable_with};
pub use spell::{digits, phone, plate};
pub use time::time;
