//! Texts of messages as they go out: cleaned when they come, plain where nobody reads Markdown.

/// Longest text, in characters.
pub(super) const LONGEST: usize = 4_000;
/// Longest subject of an e-mail, in characters.
const LONGEST_SUBJECT: usize = 100;

/// A text without control characters but its line ends, and without marks that turn the direction of writing.
pub(super) fn cleaned(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_bad = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let text: String = text.chars().map(|c| if is_bad(c) { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// The first line, short, without marks of Markdown.
pub(super) fn subject(text: &str) -> String {
    let first = plain(text.lines().next().unwrap_or_default());
    let mut subject: String = first.chars().take(LONGEST_SUBJECT).collect();
    if subject.len() < first.len() {
        subject.push('…');
    }
    subject
}

/// What is left of Markdown when it is spoken: no emphasis, no heading marks, links as their words.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim_start_matches(['#', '>', ' ']);
        let mut rest = line;
        while let Some((before, words, after)) = link(rest) {
            plain.push_str(before);
            plain.push_str(words);
            rest = after;
        }
        plain.push_str(rest);
        plain.push('\n');
    }
    plain.retain(|c| !matches!(c, '*' | '`' | '~'));
    plain.trim().to_owned()
}

/// What is left of Markdown where it is read as plain text: no emphasis, no heading marks, links as their words and their
/// address.
pub(super) fn written(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for line in text.lines() {
        let bare = line.trim_start_matches('#');
        let mut rest = if bare.starts_with(' ') { bare.trim_start() } else { line };
        while let Some((before, words, after)) = link(rest) {
            let address = &rest[before.len() + words.len() + 3..rest.len() - after.len() - 1];
            written.push_str(&without_marks(before));
            written.push_str(&without_marks(words));
            if address != words {
                written.push(' ');
                written.push_str(address);
            }
            rest = after;
        }
        written.push_str(&without_marks(rest));
        written.push('\n');
    }
    written.trim().to_owned()
}

fn without_marks(text: &str) -> String {
    text.replace("**", "").replace("~~", "").replace(['*', '`'], "")
}

/// What stands before the first `[words](address)`, its words, and what follows.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let middle = text.find("](")?;
    let open = text[..middle].rfind('[')?;
    let close = middle + text[middle..].find(')')?;
    Some((&text[..open], &text[open + 1..middle], &text[close + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_what_nobody_sees() {
        assert_eq!(cleaned(" a\r\nb\u{0}\u{202e}c\rd\n"), "a\nb  c\nd");
        assert_eq!(cleaned("Núria 🎧 שלום"), "Núria 🎧 שלום");
    }

    #[test]
    fn markdown_is_spoken_as_words() {
        assert_eq!(
            plain("# **Hello** `x`\n> see [the page](https://a.example/x) now"),
            "Hello x\nsee the page now"
        );
        assert_eq!(plain("](a [b](c"), "](a [b](c");
        assert_eq!(plain("a)(b]["), "a)(b][");
    }

    #[test]
    fn markdown_is_read_as_plain_text() {
        assert_eq!(
            written(
                "## **Hello** ~~x~~ `y`\nsee [the *page*](https://a.example/~x*y), now\n#3 is down > all"
            ),
            "Hello x y\nsee the page https://a.example/~x*y, now\n#3 is down > all"
        );
        assert_eq!(written("[https://a.example](https://a.example)!"), "https://a.example!");
        assert_eq!(written("](a [b](c"), "](a [b](c");
        assert_eq!(written("[ñ🚚](ü) é"), "ñ🚚 ü é");
    }

    #[test]
    fn a_subject_is_one_short_line() {
        assert_eq!(subject("**Shift change**\nanna"), "Shift change");
        assert_eq!(subject(&"x".repeat(200)).chars().count(), LONGEST_SUBJECT + 1);
        assert_eq!(subject(""), "");
    }
}
