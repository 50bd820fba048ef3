//! A text cut into pieces that a voice can render one after the other.

/// A "word" longer than this many characters is cut: no voice's memory is at the mercy of one.
const LONGEST_WORD: usize = 100;

/// Cuts a text at the ends of its sentences; a sentence of more than `max_words` is cut at the last clause
/// that fits, and where there is none, between words. No word is lost. `max_words` of 0 counts as 1.
#[must_use]
pub fn sentences(text: &str, max_words: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut sentence: Vec<&str> = Vec::new();
    for word in text.split_whitespace().flat_map(short_words) {
        // A letter behind a comma is the last one of something spelled («K, L, M.»).
        let spelled = sentence.last().is_some_and(|before| before.ends_with(','));
        sentence.push(word);
        if ends_sentence(word, spelled) {
            cut(&sentence, max_words.max(1), &mut pieces);
            sentence.clear();
        }
    }
    cut(&sentence, max_words.max(1), &mut pieces);
    pieces
}

fn short_words(word: &str) -> Vec<&str> {
    let mut rest = word;
    let mut words = Vec::new();
    while let Some((end, _)) = rest.char_indices().nth(LONGEST_WORD) {
        let (head, tail) = rest.split_at(end);
        words.push(head);
        rest = tail;
    }
    words.push(rest);
    words
}

fn ends_sentence(word: &str, is_spelled: bool) -> bool {
    let word = word.trim_end_matches([')', '"', '\'', '»', '”']);
    let Some(bare) = word.strip_suffix('.') else {
        return word.ends_with(['!', '?', '…', '。', '！', '？']);
    };
    // An initial («J. Smith») ends nothing; a digit does («at 5.»).
    let mut letters = bare.chars();
    let initial = letters.next().is_some_and(char::is_uppercase) && letters.next().is_none();
    is_spelled || !initial
}

fn cut(sentence: &[&str], max_words: usize, pieces: &mut Vec<String>) {
    let mut rest = sentence;
    while rest.len() > max_words {
        let clause = rest[..max_words].iter().rposition(|word| word.ends_with([',', ';', ':', '–', '—']));
        // A clause of a word or two would only sound broken.
        let end = clause.map(|at| at + 1).filter(|end| end * 3 >= max_words).unwrap_or(max_words);
        pieces.push(rest[..end].join(" "));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push(rest.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_ends_and_clauses() {
        for (text, max, pieces) in [
            ("", 5, vec![]),
            ("One.", 5, vec!["One."]),
            ("One. Two! Three? (Four.) Five", 5, vec!["One.", "Two!", "Three?", "(Four.)", "Five"]),
            ("It costs 1.5 euros. Call J. Smith.", 9, vec!["It costs 1.5 euros.", "Call J. Smith."]),
            ("Plate K, L, M. It", 9, vec!["Plate K, L, M.", "It"]),
            ("a b c, d e f g", 5, vec!["a b c,", "d e f g"]),
            ("a, b c d e f g h", 5, vec!["a, b c d e", "f g h"]),
            ("a b c d e f g", 3, vec!["a b c", "d e f", "g"]),
            ("a b", 0, vec!["a", "b"]),
        ] {
            assert_eq!(sentences(text, max), pieces, "{text}");
        }
    }

    #[test]
    fn nothing_is_lost() {
        let text = "word, ".repeat(200) + &"x".repeat(950) + ". End";
        let pieces = sentences(&text, 40);
        assert!(pieces.iter().all(|piece| piece.split(' ').count() <= 40));
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(squeezed(&pieces.concat()), squeezed(&text));
    }
}
