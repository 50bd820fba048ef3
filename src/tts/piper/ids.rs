//! Phonemes as the numbers that a model takes, in portions that its memory bears.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

/// Stands before the first phoneme.
pub(super) const BEGIN: char = '^';
/// Stands between all of them.
pub(super) const PAD: char = '_';
/// Stands after the last.
pub(super) const END: char = '$';

/// Phonemes of one run: some 30 words. What a model takes of the memory grows with its longest run, by about
/// 1 MiB a phoneme, and stays.
const MOST: usize = 180;

/// The runs for a sentence: one, or more if it is too long, cut at pauses or else between words. Phonemes that
/// the model has not learnt are left out; what consists of nothing else has no run.
pub(super) fn runs(phonemes: &str, ids: &HashMap<char, Vec<i64>>) -> Vec<Vec<i64>> {
    let known: Vec<char> = phonemes.nfd().filter(|c| ids.contains_key(c) && !is_frame(*c)).collect();
    let mut rest = known.as_slice();
    let mut runs = Vec::new();
    while rest.len() > MOST {
        let (run, behind) = rest.split_at(cut(&rest[..MOST]));
        runs.extend(frame(run, ids));
        rest = behind;
    }
    runs.extend(frame(rest, ids));
    runs
}

fn is_frame(c: char) -> bool {
    [BEGIN, PAD, END].contains(&c)
}

/// Where to cut: after the last pause of the second half, else the last space, else at the end.
fn cut(piece: &[char]) -> usize {
    let after = |is: fn(&char) -> bool| piece.iter().rposition(is).map(|at| at + 1);
    let pause = after(|c| matches!(c, ',' | ';' | ':' | '.')).filter(|at| *at > MOST / 2);
    pause.or_else(|| after(|c| *c == ' ')).unwrap_or(piece.len())
}

fn frame(phonemes: &[char], ids: &HashMap<char, Vec<i64>>) -> Option<Vec<i64>> {
    // Marks and spaces alone would be a breath of noise.
    phonemes.iter().find(|c| c.is_alphanumeric())?;
    let of = |c: char| ids.get(&c).map_or(&[][..], Vec::as_slice);
    let mut run: Vec<i64> = of(BEGIN).to_vec();
    for phoneme in phonemes.iter().chain([&END]) {
        run.extend(of(PAD));
        run.extend(of(*phoneme));
    }
    Some(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> HashMap<char, Vec<i64>> {
        "_^$ ,.abcˈ\u{303}".chars().zip(0..).map(|(c, id)| (c, vec![id])).collect()
    }

    #[test]
    fn framed_padded_and_decomposed() {
        assert_eq!(runs("ab.", &map()), [[1, 0, 6, 0, 7, 0, 5, 0, 2]]);
        // «ã» is learnt as «a» and the tilde; unknown signs are silent, and so are those of the frame.
        assert_eq!(runs("ã漢^$_", &map()), [[1, 0, 6, 0, 10, 0, 2]]);
        assert!(runs("漢字", &map()).is_empty());
        assert!(runs(" , .", &map()).is_empty());
        assert!(runs("", &map()).is_empty());
    }

    #[test]
    fn long_ones_are_cut_and_nothing_is_lost() {
        for text in ["abc ".repeat(500), "a".repeat(5000), "ab, ".repeat(900)] {
            let runs = runs(&text, &map());
            assert!(runs.len() > 1 && runs.iter().all(|run| run.len() <= 2 * MOST + 3), "{}", runs.len());
            let said = runs.iter().flatten().filter(|id| ![0, 1, 2].contains(*id)).count();
            assert!(text.chars().count() - said <= 1);
        }
    }
}
