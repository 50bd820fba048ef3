//! What is sent of a text: clean, composed, and no longer than may be. Pure.

use unicode_normalization::UnicodeNormalization;

use super::alphabet::{Encoding, Packing};

/// A word at the end of a text that is cut is left out whole, unless it is longer than this.
const LONGEST_WORD: usize = 40;

/// A text that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// What is sent.
    pub text: String,
    /// What it is written in.
    pub encoding: Encoding,
    /// How many parts it makes.
    pub parts: u32,
    /// Something was left out at its end.
    pub is_cut: bool,
}

/// A text without control characters but its line ends, without marks that turn the direction of writing, and with
/// letters and their accents in one character, as the alphabet of short messages has them.
fn cleaned(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_bad = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let text: String = text.nfc().map(|c| if is_bad(c) { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// A text as it is sent: cleaned, and cut at a word if it would make more than so many parts.
#[must_use]
pub fn fit(text: &str, max_parts: u32) -> Fitted {
    let text = cleaned(text);
    let encoding = Encoding::of(&text);
    let parts = Packing::new(encoding).with(&text).parts();
    if parts <= max_parts {
        return Fitted { text, encoding, parts, is_cut: false };
    }
    let dots = encoding.dots();
    let (mut packing, mut end) = (Packing::new(encoding), 0);
    for (at, c) in text.char_indices() {
        packing.push(c);
        if packing.with(dots).parts() > max_parts {
            break;
        }
        end = at + c.len_utf8();
    }
    let kept = at_a_word(&text, end);
    let text = format!("{}{dots}", kept.trim_end());
    let parts = Packing::new(encoding).with(&text).parts();
    Fitted { text, encoding, parts, is_cut: true }
}

/// The beginning of a text up to there, or up to the last space before, if that is near.
fn at_a_word(text: &str, end: usize) -> &str {
    let (kept, rest) = text.split_at(end);
    if rest.starts_with(char::is_whitespace) {
        return kept;
    }
    match kept.rfind(char::is_whitespace) {
        Some(space) if kept[space..].chars().count() <= LONGEST_WORD => &kept[..space],
        _ => kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_clean() {
        assert_eq!(cleaned(" a\r\nb\u{0}\u{1b}[31m\u{202e}c\rd\t\n"), "a\nb  [31m c\nd");
        assert_eq!(cleaned("N\u{303}and\u{fa}"), "Ñandú");
        assert_eq!(fit("e\u{300}", 1).encoding, Encoding::Gsm7, "composed, it is of the alphabet");
        assert_eq!(cleaned("👩\u{200d}🚀 שלום"), "👩\u{200d}🚀 שלום");
    }

    #[test]
    fn what_fits_is_left_alone() {
        let text = "a ".repeat(79) + "bc";
        let fitted = fit(&text, 1);
        assert_eq!((fitted.text, fitted.parts, fitted.is_cut), (text, 1, false));
        assert_eq!(fit(&"a".repeat(918), 6).parts, 6);
    }

    #[test]
    fn what_does_not_is_cut_at_a_word() {
        let long = "Shift change in five minutes ".repeat(40);
        for most in 1..=6 {
            let fitted = fit(&long, most);
            assert_eq!((fitted.parts, fitted.is_cut, fitted.encoding), (most, true, Encoding::Gsm7));
            let kept = fitted.text.strip_suffix("...").unwrap();
            assert!(long.starts_with(&format!("{kept} ")), "{kept:?}");
        }
        let russian = fit(&"Смена через пять минут ".repeat(40), 2);
        assert_eq!((russian.parts, russian.encoding), (2, Encoding::Ucs2));
        assert!(russian.text.ends_with('…') && !russian.text.ends_with(" …"), "{}", russian.text);
        // The last word would just fit without the dots.
        assert_eq!(fit(&format!("{} ab cde", "x".repeat(154)), 1).text, format!("{} ab...", "x".repeat(154)));
        assert_eq!(fit(&format!("{} abcd efg", "x".repeat(153)), 1).text, format!("{}...", "x".repeat(153)));
    }

    #[test]
    fn a_text_without_words_is_cut_where_it_must_be() {
        let fitted = fit(&"x".repeat(5_000), 6);
        assert_eq!((fitted.text.len(), fitted.parts), (918, 6));
        let trucks = fit(&"🚚".repeat(5_000), 6);
        // 33 in each part, and room for the dots in the last one's free place.
        assert_eq!((trucks.text.chars().count(), trucks.parts), (6 * 33 + 1, 6));
    }
}
