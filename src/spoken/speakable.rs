//! The last cleaning of any text before a voice: what remains can only be words, digits and punctuation.

use super::{Language, Lexicon};

/// Characters of a text at most: some four minutes of speech.
pub const LONGEST_TEXT: usize = 3000;

/// Why a text cannot be spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unspeakable {
    /// Neither a letter nor a digit is in it (emoji, punctuation, nothing at all).
    #[error("the text has no letter and no digit, so nothing can be said; give it words")]
    Nothing,
    /// More than [`LONGEST_TEXT`] characters.
    #[error("the text has more than {LONGEST_TEXT} characters; shorten it or say it in several steps")]
    TooLong,
}

/// Makes any text fit for a voice: control characters, emoji, markup and the voice's own commands
/// (`[[…]]`) are gone, abbreviations of the language spoken out, white space folded.
///
/// # Errors
/// A text that is too long, or of which nothing is left.
pub fn speakable(text: &str, lang: &str) -> Result<String, Unspeakable> {
    speakable_with(text, lang, &Lexicon::default())
}

/// [`speakable`] with a site's own words.
///
/// # Errors
/// A text that is too long, or of which nothing is left.
pub fn speakable_with(text: &str, lang: &str, lexicon: &Lexicon) -> Result<String, Unspeakable> {
    if text.chars().nth(LONGEST_TEXT).is_some() {
        return Err(Unspeakable::TooLong);
    }
    let language = Language::of(lang);
    let clean: String = text.chars().map(|c| if is_spoken(c) { c } else { ' ' }).collect();
    let mut said = String::with_capacity(clean.len());
    let mut words = clean.split_whitespace().peekable();
    let mut after_number = false;
    while let Some(word) = words.next() {
        if !said.is_empty() {
            said.push(' ');
        }
        let spoken = lexicon.say(word, after_number, language);
        push_calm(&mut said, &spoken);
        // The dot of an abbreviation was the sentence's too.
        if words.peek().is_none() && word.ends_with('.') && !spoken.ends_with('.') {
            said.push('.');
        }
        after_number = word.ends_with(|c: char| c.is_numeric());
    }
    // What a lexicon puts in is as little trusted as the text.
    said.retain(is_spoken);
    match said.chars().any(char::is_alphanumeric) {
        false => Err(Unspeakable::Nothing),
        true if said.chars().nth(2 * LONGEST_TEXT).is_some() => Err(Unspeakable::TooLong),
        true => Ok(said),
    }
}

/// Appends a word; a mark repeated more than three times (`!!!!!!`) is not worth reading.
fn push_calm(said: &mut String, word: &str) {
    let mut run = 0;
    let mut last = None;
    for c in word.chars() {
        run = if Some(c) == last { run + 1 } else { 0 };
        last = Some(c);
        if run < 3 || c.is_alphanumeric() {
            said.push(c);
        }
    }
}

/// Whether a character can be said, or shapes what is said. Refused are control and formatting
/// characters, private use, arrows, dingbats, emoji and their joiners, and the signs of markup.
fn is_spoken(c: char) -> bool {
    let unsaid = c.is_control()
        || matches!(c,
            '[' | ']' | '{' | '}' | '<' | '>' | '\\' | '|' | '^' | '~' | '`'
            | '\u{ad}' | '\u{61c}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{20d0}'..='\u{20ff}' | '\u{2190}'..='\u{2bff}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}'
            | '\u{1f000}'..='\u{1faff}' | '\u{e0000}'..='\u{10ffff}');
    !unsaid
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

    use super::*;

    #[test]
    fn cleaned() {
        for (text, lang, said) in [
            ("  Hello,\n\tworld  ", "en", "Hello, world"),
            ("Your taxi 🚕 is here 👍🏽!", "en", "Your taxi is here !"),
            ("[[h@l'oU]] there", "en", "h@l'oU there"),
            ("<speak>Hi</speak>", "en", "speak Hi /speak"),
            ("a\u{0}b\u{7}c\u{202e}d", "en", "a b c d"),
            ("Stop!!!!!!!!", "en", "Stop!!!"),
            ("5000000", "en", "5000000"),
            ("Dr. Smith, ext. 4", "en", "Doctor Smith, extension 4"),
            ("tea, coffee, etc.", "en", "tea, coffee, et cetera."),
            ("5 min.", "en", "5 minutes."),
            ("El Sr. López, C/Mayor, nº 5", "es", "El señor López, calle Mayor, número 5"),
            ("Avda. de Roma (aprox. 3 km)", "es", "avenida de Roma (aproximadamente 3 kilómetros)"),
            ("C/ Gran, 3 h.", "ca", "carrer Gran, 3 hores."),
            ("г. Москва, ул. Мира, д. 5", "ru", "город Москва, улица Мира, дом 5"),
            ("2027 г., 50 руб.", "ru", "2027 года, 50 рублей."),
            ("№5", "ru", "номер 5"),
            ("Dr. Smith", "fr", "Dr. Smith"),
        ] {
            assert_eq!(speakable(text, lang).as_deref(), Ok(said), "{text}");
        }
    }

    #[test]
    fn refused() {
        for text in ["", " \n", "🚕🚕", "...", "[[]]", "\u{0}\u{1b}"] {
            assert_eq!(speakable(text, "en"), Err(Unspeakable::Nothing), "{text:?}");
        }
        assert_eq!(speakable(&"a".repeat(100_000), "en"), Err(Unspeakable::TooLong));
        assert!(speakable(&"é".repeat(LONGEST_TEXT), "en").is_ok());
    }

    #[test]
    fn a_sites_own_words() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let lexicon = Lexicon::new([pair("PBX", "P, B, X"), pair("dr.", "drive"), pair("evil", "[[x]]")]);
        let said = speakable_with("The pbx. Elm Dr. (PBX), evil", "en", &lexicon);
        assert_eq!(said.as_deref(), Ok("The P, B, X. Elm drive (P, B, X), x"));
    }

    #[test]
    fn any_text_at_all() {
        let mut random = StdRng::seed_from_u64(1);
        for _ in 0..5000 {
            let length = random.random_range(0..60);
            let text: String = (0..length)
                .map(|_| match random.random_range(0..4) {
                    0 => char::from(random.random_range(0..128_u8)),
                    1 => ['[', ']', '-', '.', '/', '№', 'º', '<', ' ', '1'][random.random_range(0..10)],
                    _ => char::from_u32(random.random_range(0..0x0011_0000)).unwrap_or('['),
                })
                .collect();
            for lang in ["en", "es", "ca", "ru", "zz"] {
                let Ok(said) = speakable(&text, lang) else { continue };
                assert!(
                    !said.contains(['[', ']', '<', '\n']) && !said.contains(char::is_control),
                    "{text:?}"
                );
                assert!(said.chars().any(char::is_alphanumeric));
                assert!(crate::spoken::sentences(&said, 5).iter().all(|s| s.split(' ').count() <= 5));
            }
            for lang in ["en", "es", "ca", "ru", "zz"] {
                let _ = crate::spoken::number(&text, lang);
                let _ = crate::spoken::money(&text, &text, lang);
                let _ = crate::spoken::phone(&text, lang);
                let _ = crate::spoken::plate(&text, lang);
            }
        }
    }
}
