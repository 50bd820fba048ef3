//! A text in the parts that are rendered, kept and played one after the other.

use crate::spoken::sentences;

/// Words of a part; a longer sentence is cut.
const MOST_WORDS: usize = 40;
/// Words of the part that is heard first: few, so that it is heard soon, but enough to be played while the
/// next is made.
const OPENING: std::ops::RangeInclusive<usize> = 2..=12;
/// A sentence that has no more words than this behind its first clause is not worth cutting.
const LEAST_BEHIND: usize = 3;
/// Words between the cut and what is spelled: a plate at the beginning of a part is understood less well.
const LEAST_BEFORE_SPELLED: usize = 3;

/// Cuts a clean text: its first clause, the rest of that sentence, and then whole sentences, several together
/// as long as they are short. No word is lost.
pub(super) fn parts(text: &str) -> Vec<String> {
    let mut sentences = sentences(text, MOST_WORDS).into_iter();
    let Some(first) = sentences.next() else { return Vec::new() };
    let mut parts = match opening(&first) {
        Some((opening, behind)) => vec![opening.to_owned(), behind.to_owned()],
        None => vec![first],
    };
    let fixed = parts.len();
    for sentence in sentences {
        match parts.get_mut(fixed..).and_then(<[_]>::last_mut) {
            Some(last) if words(last) + words(&sentence) <= MOST_WORDS => {
                last.push(' ');
                last.push_str(&sentence);
            }
            _ => parts.push(sentence),
        }
    }
    // What was cut between two words goes on: the voice must not fall there as at an end.
    let count = parts.len();
    for part in parts.iter_mut().take(count.saturating_sub(1)) {
        if part.ends_with(char::is_alphanumeric) {
            part.push(',');
        }
    }
    parts
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// The first clause of a sentence and what is behind it. Nothing that is spelled is cut.
fn opening(sentence: &str) -> Option<(&str, &str)> {
    let ends = sentence.match_indices(' ').map(|(at, _)| at).enumerate();
    let (_, at) = ends
        .filter(|(before, _)| OPENING.contains(&(before + 1)))
        .filter(|(_, at)| sentence[..*at].ends_with([',', ';', ':', '–', '—']))
        .find(|(_, at)| {
            let last = sentence[..*at].split(' ').next_back();
            let next = sentence[at + 1..].split(' ').take(LEAST_BEFORE_SPELLED);
            !last.into_iter().chain(next).any(is_spelled)
        })?;
    let (opening, behind) = (&sentence[..at], &sentence[at + 1..]);
    (words(behind) >= LEAST_BEHIND).then_some((opening, behind))
}

/// Whether a word is one of several that are spelled: `7,` or `B,`. They are understood as they are said in one breath.
fn is_spelled(word: &str) -> bool {
    let bare = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let is_one = bare.chars().count() == 1 && word.ends_with(',');
    is_one || (!bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_clause_alone_and_short_sentences_together() {
        for (text, wanted) in [
            ("", vec![]),
            ("Hello.", vec!["Hello."]),
            ("Goodbye, and thank you.", vec!["Goodbye, and thank you."]),
            (
                "Your taxi, a white Toyota, has arrived. Press 1. Press 2.",
                vec!["Your taxi,", "a white Toyota, has arrived.", "Press 1. Press 2."],
            ),
            ("1, 2, 3, 4, 5, 6", vec!["1, 2, 3, 4, 5, 6"]),
            (
                "Look for the plate 7, 0, 3, B as in Bravo.",
                vec!["Look for the plate 7, 0, 3, B as in Bravo."],
            ),
            ("Call us at 6 0 0, 8 7 4, 1 9 3, please.", vec!["Call us at 6 0 0, 8 7 4, 1 9 3, please."]),
            ("In 5, 6 or 7 minutes, it is with you.", vec!["In 5, 6 or 7 minutes,", "it is with you."]),
            (
                "Your taxi is a white Toyota, number plate 4, 5, 8, K, L.",
                vec!["Your taxi is a white Toyota, number plate 4, 5, 8, K, L."],
            ),
            (
                "Your taxi, a white Toyota, number 1 0 7, is here.",
                vec!["Your taxi,", "a white Toyota, number 1 0 7, is here."],
            ),
            (
                "Hello, 4, 5, 8, 2, has arrived, at last it is.",
                vec!["Hello, 4, 5, 8, 2, has arrived,", "at last it is."],
            ),
        ] {
            assert_eq!(parts(text), wanted, "{text}");
        }
    }

    #[test]
    fn bounded_and_nothing_is_lost() {
        let text = "Some words follow. ".repeat(100) + &"and another one ".repeat(50) + &"x".repeat(3000);
        let parts = parts(&text);
        assert!(parts.iter().all(|part| words(part) <= MOST_WORDS));
        let squeezed = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        assert_eq!(squeezed(&parts.concat()), squeezed(&text));
        assert!(parts.iter().rev().skip(1).all(|part| part.ends_with(['.', ','])), "{parts:?}");
    }
}
