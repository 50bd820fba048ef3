//! A text as sentences of clauses. espeak-ng forgets the marks between clauses, and a model pauses by them.

/// Bytes of a clause: espeak-ng takes lines of less than 1,000.
const MOST_BYTES: usize = 600;

/// Words between two marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) text: String,
    /// The mark that ends it, as models know it: `,` `;` `:` `.` `?` `!`, or a space where there is none.
    pub(super) mark: char,
}

impl Clause {
    /// Whether a sentence ends with it.
    pub(super) fn ends_sentence(&self) -> bool {
        matches!(self.mark, '.' | '?' | '!')
    }
}

/// Cuts a clean text.
pub(super) fn clauses(text: &str) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let (mut words, mut after_comma) = (String::new(), false);
    for word in text.split_whitespace() {
        // A dash between words is a pause, and not a word.
        let is_dash = matches!(word, "-" | "–" | "—" | "--");
        if !is_dash {
            if words.len() + word.len() > MOST_BYTES {
                take(&mut words, ' ', &mut clauses);
            }
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
        }
        let spelled = std::mem::replace(&mut after_comma, word.ends_with(','));
        match mark(word, spelled) {
            _ if is_dash => take(&mut words, ',', &mut clauses),
            Some(mark) => take(&mut words, mark, &mut clauses),
            None => {}
        }
    }
    take(&mut words, '.', &mut clauses);
    clauses
}

fn take(words: &mut String, mark: char, clauses: &mut Vec<Clause>) {
    // A word can be as long as a text.
    let mut rest = std::mem::take(words);
    while rest.len() > MOST_BYTES {
        let end = rest.floor_char_boundary(MOST_BYTES);
        let behind = rest.split_off(end);
        clauses.push(Clause { text: std::mem::replace(&mut rest, behind), mark: ' ' });
    }
    if rest.chars().any(char::is_alphanumeric) {
        clauses.push(Clause { text: rest, mark });
    }
}

/// The mark with which a word ends. A letter behind a comma is the last one of something spelled («K, L, M.»).
fn mark(word: &str, is_spelled: bool) -> Option<char> {
    let bare = word.trim_end_matches([')', '"', '\'', '»', '”']);
    let mut letters = bare.chars();
    match letters.next_back()? {
        // An initial («J. Smith») pauses nothing.
        '.' if !is_spelled && letters.clone().count() == 1 && letters.clone().all(char::is_uppercase) => None,
        '.' | '…' | '。' => Some('.'),
        '!' | '！' => Some('!'),
        '?' | '？' => Some('?'),
        mark @ (',' | ';' | ':') => Some(mark),
        '—' | '、' => Some(','),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(String, char)> {
        clauses(text).into_iter().map(|clause| (clause.text, clause.mark)).collect()
    }

    #[test]
    fn at_marks() {
        let expect = |text: &str, wanted: &[(&str, char)]| {
            let wanted: Vec<_> = wanted.iter().map(|(text, mark)| ((*text).to_owned(), *mark)).collect();
            assert_eq!(cut(text), wanted, "{text}");
        };
        expect(
            "Your taxi, a white one, is here",
            &[("Your taxi,", ','), ("a white one,", ','), ("is here", '.')],
        );
        expect("Yes? No! (Well.) «So»", &[("Yes?", '?'), ("No!", '!'), ("(Well.)", '.'), ("«So»", '.')]);
        expect("At 3:15 PM, 1,000.5 J. Smith", &[("At 3:15 PM,", ','), ("1,000.5 J. Smith", '.')]);
        expect("K, L, M. It", &[("K,", ','), ("L,", ','), ("M.", '.'), ("It", '.')]);
        expect("this - or that", &[("this", ','), ("or that", '.')]);
        expect("... - , Hi", &[("Hi", '.')]);
        expect("", &[]);
    }

    #[test]
    fn never_longer_than_a_line() {
        for text in ["я".repeat(3000), "word ".repeat(600), "é, ".repeat(1000)] {
            let cut = clauses(&text);
            assert!(cut.iter().all(|clause| clause.text.len() <= MOST_BYTES));
            let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
            assert_eq!(cut.iter().map(|clause| letters(&clause.text)).sum::<usize>(), letters(&text));
        }
    }
}
